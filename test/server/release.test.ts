import { status } from '@grpc/grpc-js';
import { found } from '../../src/facts/index.js';
import type { ProvisioningRecord } from '../../src/record/index.js';
import type { TokenResponse__Output } from '../../src/wire/index.js';
import { Attester } from './support/attester.js';
import { ask, failureOf, startWorld, type World } from './support/world.js';

let attester: Attester;
let world: World;

beforeAll(async () => {
  attester = await Attester.start();
});

afterAll(async () => {
  await attester.stop();
});

beforeEach(async () => {
  world = await startWorld();
  world.cloud.identity = found({ ekPublicPem: attester.ekPem, ekCertificatePem: '', akPublicPem: '', akCertificatePem: '' });
  await approve();
});

afterEach(async () => {
  await world.stop();
});

const approve = async (overrides: Readonly<Record<string, unknown>> = {}): Promise<ProvisioningRecord> =>
  world.approve({
    ek_encryption_key: attester.ekPem,
    ak_signing_key: '',
    boot_policy: 'any_boot',
    pcr_policy: await attester.pcrPolicy(),
    ...overrides,
  });

const getToken = (sessionId: Buffer = Buffer.alloc(0)): Promise<TokenResponse__Output> =>
  ask(world.release, 'GetToken', { requestId: 'r3', sessionId });

test('an approved VM that attests and waits receives its secrets, sealed to the key that its quote is bound to', async () => {
  const { sessionId, releaseKey } = await attester.attest(world);
  world.cloud.nowSeconds += 121;
  const answer = await getToken(sessionId);
  expect(answer.secrets).toEqual([]);
  const { secrets } = releaseKey.open(answer.sealedSecrets, { instanceId: world.cloud.record!.instanceid, sessionId });
  expect(secrets.map(({ name, type, data }) => ({ name, type, data: data.expose().toString() }))).toEqual([
    { name: 'raw', type: 'RAW', data: 'fooobar' },
  ]);
});

test('a release before the settle time is told to wait, and costs no call to Compute or Logging', async () => {
  const { sessionId } = await attester.attest(world);
  const { compute, auditLog } = world.cloud.calls;
  world.cloud.nowSeconds += 20;
  expect(await failureOf(getToken(sessionId))).toMatchObject({
    code: status.UNAVAILABLE,
    reason: 'SETTLING',
    healedBy: 'time',
    retryAfterSeconds: 100,
  });
  expect(world.cloud.calls).toMatchObject({ compute, auditLog });
});
