// What do the libraries cost beside the calls that they make? Each way makes the same call to the local cloud, in turns; only the
// processor time of this process counts.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OAuth2Client } from 'google-auth-library';
import { silentLog } from '../../../src/base/index.js';
import { openCloud, readEndpoints, type Cloud } from '../../../src/gcp/index.js';
import { tinkBox } from '../../../src/keyset/index.js';
import { story } from '../../../src/localcloud/story.js';
import { bareCrypto } from '../bare-crypto.js';
import { BareFirestore } from '../bare-firestore.js';
import { BareHttp } from '../bare-http.js';
import { Bench, type Effort } from '../bench.js';
import type { Report } from '../report.js';
import { figure, spreadOf, spreadText, type Spread } from '../statistics.js';

interface Way {
  readonly call: string;
  readonly name: string;
  readonly run: () => unknown;
}

interface Measured {
  readonly call: string;
  readonly name: string;
  readonly microseconds: Spread;
  readonly toBare: Spread;
  readonly firstMs: number;
  readonly firstMb: number;
}

export async function clients(effort: Effort): Promise<Report> {
  const bench = await Bench.open(effort);
  const clouds: Cloud[] = [];
  try {
    const ways = await waysOf(bench, clouds);
    const first = new Map<Way, { readonly ms: number; readonly mb: number }>();
    for (const way of ways) first.set(way, await firstCall(way));
    const count = effort.quick ? 40 : 200;
    for (const way of ways) await cpuMicroseconds(way, count);
    const samples = new Map<Way, number[]>(ways.map((way) => [way, []]));
    for (let round = 0; round < effort.rounds; round++) {
      for (const way of ways) samples.get(way)?.push(await cpuMicroseconds(way, count));
    }
    return report(ways.map((way) => measuredOf(way, ways, samples, first.get(way))));
  } finally {
    await Promise.allSettled(clouds.map((cloud) => cloud.close()));
    await bench.close();
  }
}

function measuredOf(
  way: Way,
  ways: readonly Way[],
  samples: ReadonlyMap<Way, readonly number[]>,
  first: { readonly ms: number; readonly mb: number } | undefined,
): Measured {
  const bare = ways.find(({ call }) => call === way.call);
  const [own, base] = [samples.get(way) ?? [], bare === undefined ? [] : (samples.get(bare) ?? [])];
  const toBare = spreadOf(own.map((value, i) => value / (base[i] ?? Number.NaN)));
  return { call: way.call, name: way.name, microseconds: spreadOf(own), toBare, firstMs: first?.ms ?? 0, firstMb: first?.mb ?? 0 };
}

/** The first way of each call is the bare one. */
async function waysOf(bench: Bench, clouds: Cloud[]): Promise<readonly Way[]> {
  const [vm] = await bench.fleet(1, 'clients');
  if (vm === undefined) throw new Error('no VM');
  const file = join(bench.directory, 'server.json');
  const endpoints = readEndpoints(file);
  const open = (computeClient: boolean): Cloud => {
    const cloud = openCloud({ projectId: story.alice.project.id, collection: 'foo', endpoints, log: silentLog, computeClient });
    clouds.push(cloud);
    return cloud;
  };
  const [plain, typed] = [open(false), open(true)];
  const accessToken = await bench.cloud.ask('accessToken', undefined);
  const [token = ''] = await bench.cloud.ask('tokens', { vms: [vm] });
  const [http, firestore] = [new BareHttp(accessToken), new BareFirestore(endpoints.firestore, story.alice.project.id)];
  const library = new OAuth2Client();
  library.setCredentials({ access_token: accessToken, expiry_date: Date.now() + 3_600_000 });
  const zone = 'us-central1-a';
  const url = `${endpoints.compute}/compute/v1/projects/${story.bob.project.id}/zones/${zone}/instances/${vm.id}/getShieldedInstanceIdentity`;
  const headers = { authorization: `Bearer ${accessToken}` };
  const shielded = (cloud: Cloud) => () => cloud.compute.shieldedIdentity(story.bob.project.id, zone, vm.id);
  const box = await tinkBox(readFileSync(join(bench.directory, 'keyset.json')));
  const sealed = await box.seal(Buffer.from('a secret of some length, as it may be'), Buffer.alloc(32));
  let number = 0;
  const identity = 'getShieldedInstanceIdentity';
  return [
    { call: identity, name: 'node:http, connection kept', run: () => http.call(url) },
    { call: identity, name: 'our plain request', run: shielded(plain) },
    { call: identity, name: 'fetch', run: async () => (await fetch(url, { headers })).json() },
    { call: identity, name: 'google-auth-library request', run: () => library.request({ url }) },
    { call: identity, name: '@google-cloud/compute', run: shielded(typed) },
    { call: 'Firestore get', name: 'grpc-js, one channel', run: () => firestore.get([`foo/${vm.id}`]) },
    { call: 'Firestore get', name: '@google-cloud/firestore', run: () => plain.records.loadRaw(vm.id) },
    { call: 'Firestore create', name: 'grpc-js, one channel', run: () => firestore.create(`foo_state/bare.${number++}`, { session: 'a' }) },
    { call: 'Firestore create', name: '@google-cloud/firestore', run: () => plain.state.create(`client.${number++}`, { session: 'a' }) },
    { call: 'verify an identity token', name: 'node:crypto', run: bareCrypto.token },
    { call: 'verify an identity token', name: 'jose', run: () => plain.tokens.verify(token) },
    { call: 'open a secret', name: 'node:crypto', run: bareOpen() },
    { call: 'open a secret', name: 'tink-crypto', run: () => box.open(sealed, Buffer.alloc(32)) },
  ];
}

function bareOpen(): () => void {
  const [key, nonce] = [randomBytes(32), randomBytes(12)];
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const sealed = Buffer.concat([cipher.update('a secret of some length, as it may be'), cipher.final()]);
  const tag = cipher.getAuthTag();
  return () => {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce);
    decipher.setAuthTag(tag);
    return Buffer.concat([decipher.update(sealed), decipher.final()]);
  };
}

/** Loads whatever the way needs. */
async function firstCall({ run }: Way): Promise<{ readonly ms: number; readonly mb: number }> {
  const beforeMb = process.memoryUsage().rss / 1e6;
  const startedAtMs = performance.now();
  await run();
  return { ms: performance.now() - startedAtMs, mb: process.memoryUsage().rss / 1e6 - beforeMb };
}

/** Of one call, four at a time. */
async function cpuMicroseconds({ run }: Way, count: number): Promise<number> {
  const start = process.cpuUsage();
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (let i = 0; i < count / 4; i++) await run();
    }),
  );
  const { user, system } = process.cpuUsage(start);
  return (user + system) / count;
}

function report(measured: readonly Measured[]): Report {
  return {
    part: 'clients',
    title: 'Libraries beside the calls they make',
    about:
      'Processor time of one call, four at a time, in one process. The first line of each call is the bare one: Firestore answers stay bytes there, and nothing is judged. First call: with what is loaded and connected for it, in this order.',
    columns: ['call', 'way', 'CPU us', 'to bare', 'first call ms', 'first call MB'],
    rows: measured.map(({ call, name, microseconds, toBare, firstMs, firstMb }) => [
      call,
      name,
      spreadText(microseconds),
      spreadText(toBare),
      figure(firstMs),
      figure(firstMb),
    ]),
    goals: [],
    notes: [],
    figures: { measured },
  };
}
