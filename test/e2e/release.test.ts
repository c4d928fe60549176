import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Program } from '../../src/localcloud/index.js';
import { Attester } from './support/attester.js';
import { Caller, identityToken, valueOf } from './support/caller.js';
import { secrets, World } from './support/world.js';

// The real client against the real server, from the first question to the secrets.

let world: World;

beforeAll(async () => {
  world = await World.open();
}, 60_000);

afterAll(() => world.close());

const startClient = (flags: readonly string[] = []): Program =>
  world.stage.startClient(world.vm, world.setting, [
    '--pollWaitSeconds',
    '1',
    '--out',
    world.stage.memoryDirectory,
    '--exitAfterRelease',
    ...flags,
  ]);

const arrived = async (): Promise<readonly (readonly [string, string])[]> =>
  Promise.all(
    (await readdir(world.stage.memoryDirectory))
      .sort()
      .map(async (name) => [name, (await readFile(join(world.stage.memoryDirectory, name))).toString('base64')] as const),
  );

const approved = secrets.map(({ name, data }) => [name, data]);

it('a client that waits is released as soon as Alice approves', async () => {
  const client = startClient();
  await client.waitForEvent('client.will-retry', ({ reason }) => reason === 'INSTANCE_UNKNOWN');
  await world.mustApprove();
  expect(await client.ended).toBe(0);
  expect(await arrived()).toEqual(approved);
}, 60_000);

it('the approved number of releases is the number of releases', async () => {
  const caller = new Caller(world);
  const attester = await Attester.open(caller, world.vm);
  try {
    await world.mustApprove(['--maxReleases', '2', '--description', 'two']);
    const results: string[] = [];
    for (let i = 0; i < 3; i++) {
      const { offer } = await attester.attest();
      const answer = await caller.getToken({ sessionId: offer.sessionId });
      // The same session may ask again: it is counted once.
      const again = await caller.getToken({ sessionId: offer.sessionId });
      results.push(...[answer, again].map((each) => ('value' in each ? 'released' : (each.reason ?? ''))));
    }
    expect(results).toEqual(['released', 'released', 'released', 'released', 'RELEASES_USED_UP', 'RELEASES_USED_UP']);
  } finally {
    await attester.close();
    caller.close();
  }
}, 60_000);

it('observe attests and releases nothing', async () => {
  const caller = new Caller(world);
  const attester = await Attester.open(caller, world.vm);
  try {
    await world.mustApprove([
      '--releasePolicy',
      'observe',
      '--attestationPCRValue',
      'd0c70a9310cd0b55767084333022ce53f42befbb69c059ee6c0a32766f160783',
    ]);
    const { offer } = await attester.attest();
    await expect(caller.getToken({ sessionId: offer.sessionId })).resolves.toMatchObject({
      status: 'PERMISSION_DENIED',
      reason: 'OBSERVE_ONLY',
    });
  } finally {
    await attester.close();
    caller.close();
  }
}, 60_000);

it('identity releases without attestation, in the form that the reference knows, only where Alice said so', async () => {
  await world.mustApprove(['--releasePolicy', 'identity']);
  const caller = new Caller(world, { token: () => identityToken(world.vm) });
  try {
    const answer = valueOf(await caller.getToken());
    expect(answer.sealedSecrets).toHaveLength(0);
    expect(answer.secrets.map(({ name, type, data }) => ({ name, type, data: data.toString('base64') }))).toEqual(secrets);
    const decision = await world.server.waitForEvent(
      'release.decided',
      ({ outcome, method }) => outcome === 'released' && method === '/tokenservice.TokenService/GetToken',
    );
    expect(decision).toBeDefined();
  } finally {
    caller.close();
  }
}, 60_000);

it('a client whose VM Bob restarted is refused, and released, untouched, after Alice looked anew and typed the instance id', async () => {
  await world.mustApprove(['--maxReleases', '1']);
  const first = startClient();
  expect(await first.ended).toBe(0);
  expect(await arrived()).toEqual(approved);

  await world.vm.stop();
  await world.vm.start();
  const second = startClient();
  await second.waitForEvent('client.will-retry', ({ healedBy }) => healedBy === 'alice');
  const byFlag = await world.approve(['--maxReleases', '1']);
  expect(await byFlag.ended).not.toBe(0);
  const byHand = await world.approveByHand(['--maxReleases', '1']);
  expect(byHand).toMatchObject({ exitCode: 0, screen: expect.stringContaining('no-unapproved-change') });
  expect(await second.ended).toBe(0);
  expect(await arrived()).toEqual(approved);
}, 90_000);

it('no secret is in anything that the server printed', () => {
  const values = secrets.map(({ data }) => Buffer.from(data, 'base64'));
  for (const value of values) {
    for (const form of [value.toString('latin1'), value.toString('hex'), value.toString('base64')])
      expect(world.server.output).not.toContain(form);
  }
  expect(world.server.output).not.toMatch(/eyJ[\w-]+\.eyJ/);
});
