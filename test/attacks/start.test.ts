import { Caller, identityToken } from '../e2e/support/caller.js';
import { HealthWatch } from './support/health-watch.js';
import { Siege } from './support/siege.js';

// A server that starts while Google cannot be reached is up and says that it is not ready; it releases nothing, and heals by itself.

let siege: Siege;
beforeAll(async () => {
  siege = await Siege.open();
}, 60_000);
afterAll(() => siege.close());

it('weak settings are in the log of the start, with their values', async () => {
  const { server } = await siege.startReplica(['--settleSeconds', '1', '--jwtIssuedAtJitter', '3600', '--clockSkewSeconds', '600']);
  await expect(server.waitForEvent('config.short-settling')).resolves.toMatchObject({ level: 'warn', seconds: 1 });
  await expect(server.waitForEvent('config.old-tokens-accepted')).resolves.toMatchObject({ level: 'warn', seconds: 3600 });
  await expect(server.waitForEvent('config.large-clock-skew')).resolves.toMatchObject({ level: 'warn', seconds: 600 });
});

it('without the key set of Google: up, not ready, undecided; ready when the key set is there', async () => {
  const vm = await siege.approvedVm();
  siege.world.cloud.faults.set('jwks', { kind: 'error', status: 503 });
  const replica = await siege.startReplica(['--healthPort', '127.0.0.1:0']);
  const health = new HealthWatch(`127.0.0.1:${/health on port (\d+)/.exec(replica.server.output)?.[1] ?? ''}`);
  const caller = new Caller(siege.world, { token: () => identityToken(vm), address: replica.address });
  await health.until('NOT_SERVING');
  await expect(caller.getToken()).resolves.toEqual({ status: 'UNAVAILABLE', reason: 'UNDECIDED', healedBy: 'time' });
  await replica.server.waitForEvent('token-keys.not-loaded');
  siege.world.cloud.faults.clear();
  // It asks again every 15 s.
  await health.until('SERVING');
  await expect(caller.getToken()).resolves.toMatchObject({ reason: 'ATTESTATION_REQUIRED' });
  health.close();
  caller.close();
}, 60_000);
