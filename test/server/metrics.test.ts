import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { AppError } from '../../src/base/index.js';
import { claims } from '../appraisal/evidence-fixture.js';
import { ask, bearer, failureOf, startWorld, type World } from './support/world.js';

let world: World;

beforeAll(async () => {
  world = await startWorld(['--metricsPort=127.0.0.1:0']);
});

afterAll(() => world.stop());

async function metrics(): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${world.server.metricsPort ?? 0}/metrics`);
  expect(response.headers.get('content-type')).toContain('text/plain');
  return response.text();
}

/** Sum of all samples with these labels, whatever other labels they have. */
async function sample(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const lines = (await metrics()).split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines
    .filter((line) => wanted.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

const getToken = (): Promise<{ code: number }> => failureOf(ask(world.release, 'GetToken', {}, bearer()));

test('a refusal is counted under its method, outcome and reason', async () => {
  await getToken();
  expect(await sample('tokenserver_decisions_total', { method: 'GetToken', outcome: 'refused', reason: 'INSTANCE_UNKNOWN' })).toBe(1);
  expect(await sample('tokenserver_call_duration_seconds_count', { method: 'GetToken', outcome: 'refused' })).toBe(1);
});

test('stages and calls to Google have latencies, by name and outcome', async () => {
  await getToken();
  expect(await sample('tokenserver_stage_duration_seconds_count', { stage: 'record' })).toBeGreaterThan(0);
  expect(
    await sample('tokenserver_cloud_call_duration_seconds_count', { api: 'records', operation: 'load', outcome: 'ok' }),
  ).toBeGreaterThan(0);
});

test('a call to Google that failed is told by its code', async () => {
  world.cloud.failing = { records: new AppError('CLOUD_UNAVAILABLE', 'no answer') };
  await getToken();
  world.cloud.failing = {};
  expect(await sample('tokenserver_cloud_call_duration_seconds_count', { api: 'records', outcome: 'CLOUD_UNAVAILABLE' })).toBe(1);
  expect(await sample('tokenserver_decisions_total', { outcome: 'undecided', reason: 'CLOUD_UNAVAILABLE' })).toBe(1);
});

test('connections, readiness and the process are shown', async () => {
  expect(await sample('tokenserver_connections')).toBeGreaterThan(0);
  const text = await metrics();
  for (const name of [
    'tokenserver_ready',
    'tokenserver_audit_reads_waiting',
    'tokenserver_session_documents',
    'process_resident_memory_bytes',
  ])
    expect(text).toMatch(new RegExp(`^${name} \\d`, 'm'));
});

/** Names with their kinds, as one text each. */
const documented = (): string[] =>
  [...readFileSync('docs/operate.md', 'utf8').matchAll(/^\| `(tokenserver_\w+)` \| (\w+) \|/gm)].map(([, name, kind]) => `${name} ${kind}`);

test('docs/operate.md has a row for each metric of ours, and for no other', async () => {
  const shown = [...(await metrics()).matchAll(/^# TYPE (tokenserver_\w+) (\w+)$/gm)].map(([, name, kind]) => `${name} ${kind}`);
  expect(shown.length).toBeGreaterThan(5);
  expect(documented().toSorted()).toEqual(shown.toSorted());
});

test('callers add no series: their number depends on our code only, and nothing of a caller is in it', async () => {
  await getToken();
  const series = (text: string): number => text.split('\n').filter((line) => line.startsWith('tokenserver_')).length;
  const before = series(await metrics());
  for (let i = 0; i < 20; i++) {
    world.cloud.token = () => ({
      claims: { ...claims(), instance: { ...claims().instance!, instanceId: String(1000 + i) } },
      problem: undefined,
    });
    await getToken();
  }
  const after = await metrics();
  expect(series(after)).toBe(before);
  expect(after).not.toMatch(/\b1019\b|good|esodemoapp/);
});

test('a connection that is refused is counted, with the reason', async () => {
  const before = await sample('tokenserver_connections_refused_total', { why: 'handshake' });
  const socket = connect({ port: world.server.port, host: '127.0.0.1', maxVersion: 'TLSv1.2', rejectUnauthorized: false });
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  expect(await sample('tokenserver_connections_refused_total', { why: 'handshake' })).toBe(before + 1);
});

// Last: it uses up what this VM may ask in a minute.
test('a call that a limit stopped is counted under that limit', async () => {
  const asked = Array.from({ length: 40 }, () => getToken());
  await Promise.all(asked);
  // One VM may ask 30 times at once, and 20 times as long as it has no record: the network has hundreds.
  expect(await sample('tokenserver_limited_total', { limit: 'instance' })).toBeGreaterThan(0);
  expect(await sample('tokenserver_limited_total', { limit: 'network' })).toBe(0);
});

test('nothing but GET /metrics is answered', async () => {
  const base = `http://127.0.0.1:${world.server.metricsPort ?? 0}`;
  expect((await fetch(base)).status).toBe(404);
  expect((await fetch(`${base}/metrics`, { method: 'POST' })).status).toBe(404);
});
