// The load generator: many clients in one process, each with its own connection.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pcr0 } from '../../src/localcloud/story.js';
import { BenchClient, type ClientCertificate } from './client.js';
import { answer } from './remote.js';
import { SoftwareTpm, type TpmKeys } from './software-tpm.js';

/** What each client does again and again. */
export type Work = 'getToken' | 'handshake' | 'release' | 'open';

export interface Round {
  readonly count: number;
  readonly seconds: number;
  /** Of each call (of the whole handshake for `handshake` and `release`), milliseconds. */
  readonly latenciesMs: readonly number[];
  /** Text of an error to how often. */
  readonly errors: Readonly<Record<string, number>>;
}

export interface TimedReleases {
  readonly attestMs: readonly number[];
  readonly releaseMs: readonly number[];
}

const handshakesAtOnce = 128;

interface Setting {
  readonly certificate: ClientCertificate;
  readonly tpm: SoftwareTpm;
}

let setting: Setting | undefined;
const groups = new Map<string, readonly BenchClient[]>();

function groupOf(name: string): readonly BenchClient[] {
  const group = groups.get(name);
  if (group === undefined) throw new Error(`there is no group ${name}`);
  return group;
}

const works: Readonly<Record<Work, (client: BenchClient) => Promise<unknown>>> = {
  getToken: (client) => client.getToken(),
  handshake: (client) => client.attest(),
  open: (client) => client.open(),
  release: async (client) => {
    await client.attest();
    await client.getToken();
  },
};

/** Keeps so many workers busy: each takes the client that has been free for longest, until `more` says stop. */
async function drive(
  clients: readonly BenchClient[],
  work: Work,
  more: (started: number) => boolean,
  atOnce = clients.length,
): Promise<Round> {
  const latenciesMs: number[] = [];
  const errors: Record<string, number> = {};
  const act = works[work];
  const startedAtMs = performance.now();
  const free = [...clients];
  let started = 0;
  await Promise.all(
    Array.from({ length: Math.min(atOnce, clients.length) }, async () => {
      while (more(started)) {
        started++;
        const client = free.shift();
        if (client === undefined) throw new Error('a client is missing');
        const atMs = performance.now();
        try {
          await act(client);
          latenciesMs.push(performance.now() - atMs);
        } catch (error) {
          const text = error instanceof Error ? error.message.replace(/\(decision [^)]*\)|\d+(?:\.\d+)?/g, '') : 'error';
          errors[text] = (errors[text] ?? 0) + 1;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        free.push(client);
      }
    }),
  );
  return { count: latenciesMs.length, seconds: (performance.now() - startedAtMs) / 1000, latenciesMs, errors };
}

const handlers = {
  prepare: async ({ directory, keys }: { readonly directory: string; readonly keys: TpmKeys }): Promise<void> => {
    const [ca, certificate, key] = await Promise.all(
      ['tls-ca.crt', 'tokenclient.crt', 'tokenclient.key'].map((name) => readFile(join(directory, 'certs', name))),
    );
    if (ca === undefined || certificate === undefined || key === undefined) throw new Error('no certificates');
    setting = { certificate: { ca, certificate, key }, tpm: new SoftwareTpm(keys, new Map([[0, Buffer.from(pcr0, 'hex')]])) };
  },
  /** New clients, one for each token; they take turns over the addresses. Nothing is connected yet. */
  group: ({
    name,
    addresses,
    tokens,
  }: {
    readonly name: string;
    readonly addresses: readonly string[];
    readonly tokens: readonly string[];
  }): void => {
    if (setting === undefined) throw new Error('prepare first');
    for (const client of groups.get(name) ?? []) client.close();
    const { certificate, tpm } = setting;
    groups.set(
      name,
      tokens.map((token, i) => new BenchClient(addresses[i % addresses.length] ?? '', certificate, token, tpm)),
    );
  },
  /** So many clients of the group at a time (all where absent) work for this time; the others take their turns. */
  forTime: ({
    group,
    work,
    clients,
    ms,
  }: {
    readonly group: string;
    readonly work: Work;
    readonly clients?: number;
    readonly ms: number;
  }): Promise<Round> => {
    const endMs = performance.now() + ms;
    return drive(groupOf(group), work, () => performance.now() < endMs, clients);
  },
  /** The clients of the group together do it so often, so many at a time. */
  times: ({
    group,
    work,
    clients,
    times,
  }: {
    readonly group: string;
    readonly work: Work;
    readonly clients?: number;
    readonly times: number;
  }): Promise<Round> => drive(groupOf(group), work, (started) => started < times, clients),
  /**
   * Each client of the group connects and works once, all at the same moment; this one process has at most so many TLS handshakes
   * under way, because with more of them none would end in time. A latency is that of the call behind the handshake.
   */
  onceEach: async ({ group, work }: { readonly group: string; readonly work: Work }): Promise<Round> => {
    const waiting = [...groupOf(group)];
    const calls: Promise<Round>[] = [];
    const startedAtMs = performance.now();
    const connectOneByOne = async (): Promise<void> => {
      for (let client = waiting.pop(); client !== undefined; client = waiting.pop()) {
        const connected = client;
        await connected.connect();
        calls.push(drive([connected], work, (started) => started < 1));
      }
    };
    await Promise.all(Array.from({ length: handshakesAtOnce }, connectOneByOne));
    const rounds = await Promise.all(calls);
    const errors: Record<string, number> = {};
    for (const round of rounds) for (const [text, count] of Object.entries(round.errors)) errors[text] = (errors[text] ?? 0) + count;
    const latenciesMs = rounds.flatMap((round) => round.latenciesMs);
    return { count: latenciesMs.length, seconds: (performance.now() - startedAtMs) / 1000, latenciesMs, errors };
  },
  /** The group's clients, from `first` on and one after the other, attest and ask for their release; each half is timed. */
  timedReleases: async ({
    group,
    first,
    times,
  }: {
    readonly group: string;
    readonly first: number;
    readonly times: number;
  }): Promise<TimedReleases> => {
    const timed = { attestMs: [] as number[], releaseMs: [] as number[] };
    for (const client of groupOf(group).slice(first, first + times)) {
      const startedAtMs = performance.now();
      await client.attest();
      const attestedAtMs = performance.now();
      await client.getToken();
      timed.attestMs.push(attestedAtMs - startedAtMs);
      timed.releaseMs.push(performance.now() - attestedAtMs);
    }
    return timed;
  },
  /** Length of the sealed secrets that a release of the group's first client holds. */
  sealedBytes: async ({ group }: { readonly group: string }): Promise<number> => {
    const [first] = groupOf(group);
    return (await first?.getToken())?.sealedSecrets.length ?? 0;
  },
  close: ({ group }: { readonly group: string }): void => {
    for (const client of groups.get(group) ?? []) client.close();
    groups.delete(group);
  },
};

export type LoadHandlers = typeof handlers;

if (require.main === module) answer(handlers);
