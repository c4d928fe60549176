// Firestore's RPCs with nothing around them: one grpc-js channel, bytes in, bytes out. Field numbers are those of
// google/firestore/v1/{firestore,document,write,common}.proto.
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';

const database = (projectId: string): string => `projects/${projectId}/databases/(default)`;

export class BareFirestore {
  readonly #client: Client;
  readonly #database: string;
  readonly #metadata = new Metadata();

  constructor(address: string, projectId: string) {
    this.#client = new Client(address, credentials.createInsecure());
    this.#database = database(projectId);
    this.#metadata.set('google-cloud-resource-prefix', this.#database);
  }

  /** BatchGetDocuments. @param paths `collection/id` @returns bytes that came back */
  get(paths: readonly string[]): Promise<number> {
    const request = Buffer.concat([text(1, this.#database), ...paths.map((path) => text(2, this.#name(path)))]);
    return new Promise((resolve, reject) => {
      let size = 0;
      const stream = this.#client.makeServerStreamRequest(
        '/google.firestore.v1.Firestore/BatchGetDocuments',
        asIs,
        asIs,
        request,
        this.#metadata,
      );
      stream.on('data', (chunk: Buffer) => (size += chunk.length));
      stream.on('error', reject);
      stream.on('end', () => resolve(size));
    });
  }

  /** Commit of one document that must not be there yet. */
  create(path: string, fields: Readonly<Record<string, string>>): Promise<number> {
    const entries = Object.entries(fields).map(([key, value]) => bytes(2, Buffer.concat([text(1, key), bytes(2, text(17, value))])));
    const update = bytes(1, Buffer.concat([text(1, this.#name(path)), ...entries]));
    const absent = bytes(4, Buffer.of(1 << 3, 0));
    const request = Buffer.concat([text(1, this.#database), bytes(2, Buffer.concat([update, absent]))]);
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        '/google.firestore.v1.Firestore/Commit',
        asIs,
        asIs,
        request,
        this.#metadata,
        (error: ServiceError | null, value?: Buffer) => {
          if (error === null) resolve(value?.length ?? 0);
          else reject(error);
        },
      );
    });
  }

  close(): void {
    this.#client.close();
  }

  #name(path: string): string {
    return `${this.#database}/documents/${path}`;
  }
}

const asIs = (value: Buffer): Buffer => value;

/** A length-delimited field (wire type 2). */
function bytes(field: number, content: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + 2), varint(content.length), content]);
}

const text = (field: number, content: string): Buffer => bytes(field, Buffer.from(content, 'utf8'));

function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128);
  return Buffer.from([...out, rest]);
}
