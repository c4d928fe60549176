import { credentials, makeGenericClientConstructor, type ClientReadableStream } from '@grpc/grpc-js';
import { service as healthDefinition } from 'grpc-health-check';

const HealthClient = makeGenericClientConstructor(healthDefinition, 'Health');

/** What a load balancer sees of a server: every change of its health, in order. */
export class HealthWatch {
  readonly seen: string[] = [];
  readonly #client: InstanceType<typeof HealthClient>;
  readonly #waiting = new Map<string, () => void>();

  /** @param address host:port of the health service */
  constructor(address: string) {
    this.#client = new HealthClient(address, credentials.createInsecure());
    const watch = Reflect.get(this.#client, 'watch') as (request: object) => ClientReadableStream<{ status: string }>;
    const stream = watch.call(this.#client, { service: '' });
    stream.on('data', ({ status }: { status: string }) => this.#note(status));
    // The server ends the stream when it ends.
    stream.on('error', () => this.#note('gone'));
  }

  /** Resolves when this was seen, now or before. */
  async until(status: string): Promise<void> {
    if (!this.seen.includes(status)) await new Promise<void>((resolve) => this.#waiting.set(status, resolve));
  }

  close(): void {
    this.#client.close();
  }

  #note(status: string): void {
    this.seen.push(status);
    this.#waiting.get(status)?.();
  }
}
