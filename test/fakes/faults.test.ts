import { once } from 'node:events';
import { get } from 'node:http';
import { startWorld, bobProject, compute, zone, type World } from './support/world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.insert({ name: 'target' });
});
afterEach(() => {
  world.cloud.faults.clear();
});
afterAll(() => world.cloud.stop());

const target = `projects/${bobProject}/zones/${zone}/instances/target`;
const status = async (path = target): Promise<number> => (await compute(world, world.bob, path)).status;

test('an error hits the service, the path and the number of requests that were named', async () => {
  world.cloud.faults.set('compute', { kind: 'error', status: 503 }, /instances\/target$/, 2);
  expect(await status(`projects/${bobProject}`)).toBe(200);
  expect([await status(), await status(), await status()]).toEqual([503, 503, 200]);
});

test('429 is told as rateLimitExceeded, and forbidden as a 403 with its reason', async () => {
  world.cloud.faults.set('compute', { kind: 'error', status: 429 }, undefined, 1);
  expect((await compute(world, world.bob, target)).body).toMatchObject({ error: { code: 429, errors: [{ reason: 'rateLimitExceeded' }] } });
  world.cloud.faults.set('compute', { kind: 'forbidden' });
  expect((await compute(world, world.bob, target)).body).toMatchObject({ error: { code: 403, errors: [{ reason: 'forbidden' }] } });
});

test('a truncated answer announces more bytes than come', async () => {
  world.cloud.faults.set('jwks', { kind: 'truncate' });
  const { jwks } = world.cloud.endpointsFor(world.bob);
  await expect(fetch(jwks).then((response) => response.text())).rejects.toThrow('terminated');
});

test('an answer of a wrong type has every name and no value as it should be', async () => {
  world.cloud.faults.set('compute', { kind: 'wrong-type' });
  const { body } = await compute(world, world.bob, target);
  expect(body).toMatchObject({ id: 7, name: 7, disks: { 0: { boot: 'yes' } }, metadata: { items: {} } });
});

test('a hanging service takes the request and never answers', async () => {
  world.cloud.faults.set('jwks', { kind: 'hang' });
  const before = world.cloud.calls('jwks');
  const request = get(world.cloud.endpointsFor(world.bob).jwks, { agent: false });
  const ended = once(request, 'error').then(() => 'ended', String);
  const answered = once(request, 'response').then(
    () => 'answered',
    () => 'failed',
  );
  const elsewhere = world.cloud.endpointsFor(world.bob).metadata;
  while (world.cloud.calls('jwks') === before) await fetch(elsewhere);
  await fetch(elsewhere);
  request.destroy(new Error('given up'));
  expect(await ended).toBe('ended');
  expect(await answered).toBe('failed');
});

test('a delayed answer is the right one, not before its time', async () => {
  world.cloud.faults.set('compute', { kind: 'delay', ms: 60 });
  const started = performance.now();
  expect(await status()).toBe(200);
  expect(performance.now() - started).toBeGreaterThanOrEqual(59);
});

test('a stale service goes on answering what it said before', async () => {
  const vm = await world.insert({ name: 'stale' });
  const path = `projects/${bobProject}/zones/${zone}/instances/stale`;
  const before = (await compute(world, world.bob, path)).body['fingerprint'];
  world.cloud.faults.set('compute', { kind: 'stale' });
  await vm.addMetadata({ a: '1' });
  expect((await compute(world, world.bob, path)).body['fingerprint']).toBe(before);
  world.cloud.faults.clear('compute');
  expect((await compute(world, world.bob, path)).body['fingerprint']).toBe(vm.fingerprint);
  expect(vm.fingerprint).not.toBe(before);
});

test('calls are counted by service, refused ones too', async () => {
  const before = world.cloud.calls('compute');
  await status();
  await status('no/such/route');
  expect(world.cloud.calls('compute') - before).toBe(2);
  expect(world.cloud.core.calls.paths('compute').at(-1)).toBe('GET /compute/v1/no/such/route');
});
