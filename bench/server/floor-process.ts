// The floor: a bare grpc-js server with mTLS that answers GetToken with as many bytes as the TokenServer does. As `echo` it does
// nothing else. Given the numbers of one call of the TokenServer, it also makes the same cloud calls and the same cryptography,
// bare, in the same order, each independent one at the same time.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { story } from '../../src/localcloud/story.js';
import { tokenServiceDefinition, type TokenResponse } from '../../src/wire/index.js';
import { bareCrypto } from './bare-crypto.js';
import { BareFirestore } from './bare-firestore.js';
import { BareHttp } from './bare-http.js';
import { answer } from './remote.js';

/** How often per RPC; fractions are made up over several. */
export interface CallNumbers {
  readonly recordGets: number;
  readonly stateGets: number;
  readonly stateWrites: number;
  readonly instance: number;
  readonly disk: number;
  readonly project: number;
  readonly zone: number;
  readonly shielded: number;
  readonly logReads: number;
  readonly token: number;
  readonly quote: number;
  readonly credential: number;
  readonly release: number;
}

export interface FloorSetting {
  readonly directory: string;
  readonly accessToken: string;
  readonly vms: readonly { readonly id: string; readonly name: string }[];
  readonly collection: string;
  readonly sealedBytes: number;
}

let numbers: CallNumbers | undefined;
const server = new Server();

class Floor {
  readonly #setting: FloorSetting;
  readonly #firestore: BareFirestore;
  readonly #http: BareHttp;
  readonly #zone: string;
  readonly #project: string;
  readonly #logging: string;
  readonly #due = new Map<string, number>();
  #served = 0;
  #writes = 0;

  constructor(setting: FloorSetting) {
    const endpoints = JSON.parse(readFileSync(join(setting.directory, 'server.json'), 'utf8')) as Record<string, string>;
    this.#setting = setting;
    this.#firestore = new BareFirestore(endpoints['firestore'] ?? '', story.alice.project.id);
    this.#http = new BareHttp(setting.accessToken);
    this.#project = `${endpoints['compute'] ?? ''}/compute/v1/projects/${story.bob.project.id}`;
    this.#zone = `${this.#project}/zones/us-central1-a`;
    this.#logging = `${endpoints['loggingRest'] ?? ''}/v2/entries:list`;
  }

  async serve(wanted: CallNumbers): Promise<void> {
    const number = this.#served++;
    const vm = this.#setting.vms[number % this.#setting.vms.length] ?? { id: '', name: '' };
    const { collection } = this.#setting;
    const state = `${collection}_state`;
    const times = (name: keyof CallNumbers, act: () => unknown): Promise<unknown>[] =>
      Array.from({ length: this.#take(name, wanted[name]) }, () => Promise.resolve(act()));
    await Promise.all(times('token', bareCrypto.token));
    const life = ['revocations', 'extensions'].map((kind) => `${state}/${kind}:${vm.id}`);
    await this.#read(wanted, [`${collection}/${vm.id}`, ...life], [`${state}/floor.${vm.id}`]);
    await Promise.all([
      Promise.all(times('instance', () => this.#http.call(`${this.#zone}/instances/${vm.id}`))).then(() =>
        Promise.all(times('disk', () => this.#http.call(`${this.#zone}/disks/${vm.name}`))),
      ),
      ...times('project', () => this.#http.call(this.#project)),
      ...times('zone', () => this.#http.call(`${this.#zone}/instanceSettings`)),
      ...times('shielded', () => this.#http.call(`${this.#zone}/instances/${vm.id}/getShieldedInstanceIdentity`)),
      ...times('logReads', () => this.#http.call(this.#logging, this.#logQuery(vm.id))),
    ]);
    for (const name of ['credential', 'quote', 'release'] as const) await Promise.all(times(name, bareCrypto[name]));
    await Promise.all(
      times('stateWrites', () =>
        this.#firestore.create(`${state}/floor.${process.pid}.${number}.${this.#writes++}`, {
          session: vm.id,
          releaseKey: vm.id,
          countedAtSeconds: '0',
        }),
      ),
    );
  }

  /** What is read at the same time is one request, as the server makes it one. */
  async #read(wanted: CallNumbers, record: readonly string[], state: readonly string[]): Promise<void> {
    const [records, states] = [this.#take('recordGets', wanted.recordGets), this.#take('stateGets', wanted.stateGets)];
    const requests = Array.from({ length: Math.max(records, states) }, (_, i) => [
      ...(i < records ? record : []),
      ...(i < states ? state : []),
    ]);
    await Promise.all(requests.map((paths) => this.#firestore.get(paths)));
  }

  #take(name: string, perCall: number): number {
    const due = (this.#due.get(name) ?? 0) + perCall;
    const now = Math.floor(due + 1e-9);
    this.#due.set(name, due - now);
    return now;
  }

  #logQuery(id: string): string {
    const filter = `logName="projects/${story.bob.project.id}/logs/cloudaudit.googleapis.com%2Factivity" AND timestamp>="${new Date().toISOString()}" AND resource.labels.instance_id="${id}"`;
    const view = `projects/${story.bob.project.id}/locations/global/buckets/_Required/views/_AllLogs`;
    return JSON.stringify({ resourceNames: [view], filter, orderBy: 'timestamp asc', pageSize: 1000 });
  }
}

const handlers = {
  /** @returns host:port */
  listen: async (setting: FloorSetting): Promise<string> => {
    const [ca, key, cert] = ['tls-ca.crt', 'tokenservice.key', 'tokenservice.crt'].map((name) =>
      readFileSync(join(setting.directory, 'certs', name)),
    );
    if (ca === undefined || key === undefined || cert === undefined) throw new Error('no certificates');
    const floor = new Floor(setting);
    const reply: TokenResponse = {
      responseID: '00000000-0000-4000-8000-000000000000',
      inResponseTo: 'bench',
      pcr: 0,
      sealedSecrets: Buffer.alloc(setting.sealedBytes),
    };
    const getToken = (_: ServerUnaryCall<unknown, TokenResponse>, done: sendUnaryData<TokenResponse>): void => {
      if (numbers === undefined) {
        done(null, reply);
        return;
      }
      floor.serve(numbers).then(
        () => done(null, reply),
        (error: unknown) => done({ code: 13, details: error instanceof Error ? error.message : 'failed' }),
      );
    };
    server.addService(tokenServiceDefinition, { GetToken: getToken });
    const tls = ServerCredentials.createSsl(ca, [{ private_key: key, cert_chain: cert }], true);
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', tls, (error, bound) => (error === null ? resolve(bound) : reject(error)));
    });
    return `127.0.0.1:${port}`;
  },
  /** From now on each call makes these; undefined: nothing but the echo. */
  makes: (wanted: CallNumbers | undefined): void => {
    numbers = wanted;
  },
};

export type FloorHandlers = typeof handlers;

if (require.main === module) answer(handlers, () => server.forceShutdown());
