import { Metadata, status } from '@grpc/grpc-js';
import { AppError, Secret } from '../../src/base/index.js';
import { absent, found, forbidden } from '../../src/facts/index.js';
import { ReleaseKey, type TokenResponse__Output } from '../../src/wire/index.js';
import { approveIn, sceneOfThisFile } from './support/scene.js';
import { ask, bearer, failureOf, startWorld } from './support/world.js';
import { claims, history, laterEntry } from '../appraisal/evidence-fixture.js';

const scene = sceneOfThisFile();

const getToken = (sessionId: Buffer = Buffer.alloc(0)): Promise<TokenResponse__Output> =>
  ask(scene.world.release, 'GetToken', { requestId: 'r3', sessionId });

test('an approved VM that attests and waits receives its secrets, sealed to the key that its quote is bound to', async () => {
  const { sessionId, releaseKey } = await scene.attester.attest(scene.world);
  scene.world.cloud.nowSeconds += 121;
  const answer = await getToken(sessionId);
  expect(answer.secrets).toEqual([]);
  const { secrets } = releaseKey.open(answer.sealedSecrets, { instanceId: scene.world.cloud.record!.instanceid, sessionId });
  expect(secrets.map(({ name, type, data }) => ({ name, type, data: data.expose().toString() }))).toEqual([
    { name: 'raw', type: 'RAW', data: 'fooobar' },
  ]);
});

test('a release before the settle time is told to wait, and costs no call to Compute or Logging', async () => {
  const { sessionId } = await scene.attester.attest(scene.world);
  const { compute, auditLog } = scene.world.cloud.calls;
  scene.world.cloud.nowSeconds += 20;
  expect(await failureOf(getToken(sessionId))).toMatchObject({
    code: status.UNAVAILABLE,
    reason: 'SETTLING',
    healedBy: 'time',
    retryAfterSeconds: 100,
  });
  expect(scene.world.cloud.calls).toMatchObject({ compute, auditLog });
});

/** An attested session whose wait is over. */
async function settledSession(): Promise<Buffer> {
  const { sessionId } = await scene.attester.attest(scene.world);
  scene.world.cloud.nowSeconds += 121;
  return sessionId;
}

describe('the order of calls', () => {
  test.each([
    ['no token', () => new Metadata(), status.UNAUTHENTICATED, { tokens: 0, records: 0 }],
    ['a bad token', () => bearer('bad'), status.UNAUTHENTICATED, { tokens: 1, records: 0 }],
    ['an unknown instance', () => bearer(), status.PERMISSION_DENIED, { tokens: 1, records: 1 }],
  ])('%s: refused without a call to Compute or Logging', async (_name, metadata, code, calls) => {
    scene.world.cloud.record = undefined;
    expect(await failureOf(ask(scene.world.release, 'GetToken', {}, metadata()))).toMatchObject({ code });
    expect(scene.world.cloud.calls).toMatchObject({ ...calls, compute: 0, auditLog: 0 });
  });

  test.each([
    ['from another address', { peer_address: '198.51.100.7' }, 'PEER_ADDRESS'],
    ['with another client certificate', { peer_serial_number: '4711' }, 'PEER_CERTIFICATE_SERIAL'],
    ['under a certificate of the same serial', { peer_certificate_sha256: ['00'.repeat(32)] }, 'PEER_CERTIFICATE_FINGERPRINT'],
  ])('%s: refused without a call to Compute or Logging', async (_name, overrides, reason) => {
    await approveIn(scene, overrides);
    expect(await failureOf(getToken())).toMatchObject({ code: status.PERMISSION_DENIED, reason, healedBy: 'bob' });
    expect(scene.world.cloud.calls).toMatchObject({ compute: 0, auditLog: 0 });
  });

  test('a thousand valid tokens of unknown instances: no Compute, no Logging call, and few reads of one instance', async () => {
    scene.world.cloud.record = undefined;
    let n = 0;
    scene.world.cloud.token = () => ({
      claims: claims({ issuedAtSeconds: scene.world.cloud.nowSeconds, instance: { ...claims().instance!, instanceId: String(++n) } }),
      problem: undefined,
    });
    const failures = await Promise.all(Array.from({ length: 1000 }, () => failureOf(getToken())));
    expect(new Set(failures.map(({ reason }) => reason))).toEqual(new Set(['INSTANCE_UNKNOWN', 'RATE_LIMITED']));
    expect(scene.world.cloud.calls).toMatchObject({ compute: 0, auditLog: 0 });

    scene.world.cloud.token = () => ({ claims: claims({ issuedAtSeconds: scene.world.cloud.nowSeconds }), problem: undefined });
    await scene.world.stop();
    scene.world = await startWorld();
    for (let i = 0; i < 25; i++) await failureOf(getToken());
    expect(scene.world.cloud.calls.records).toBe(20);
  });
});

describe('what stands between an attested session and its release', () => {
  test.each([
    ['the VM was deleted', () => (scene.world.cloud.compute.instance = () => Promise.resolve(absent)), 'INSTANCE_GONE'],
    [
      'Bob took our right away',
      () => (scene.world.cloud.compute.instance = () => Promise.resolve(forbidden('compute.instances.get'))),
      'PERMISSION_MISSING',
    ],
    [
      'the metadata was changed and changed back',
      () =>
        (scene.world.cloud.audit = () =>
          Promise.resolve(
            found({
              ...history(laterEntry('v1.compute.instances.setMetadata')),
              until: new Date(scene.world.cloud.nowSeconds * 1000).toISOString(),
            }),
          )),
      'METADATA_CHANGED',
    ],
    ['Compute names another endorsement key', () => (scene.world.cloud.identity = absent), expect.stringMatching(/^[A-Z_]+$/)],
  ])('%s', async (_name, change, reason) => {
    const sessionId = await settledSession();
    change();
    expect(await failureOf(getToken(sessionId))).toMatchObject({ code: status.PERMISSION_DENIED, reason });
  });

  test('Alice revoked the approval', async () => {
    const sessionId = await settledSession();
    scene.world.cloud.revocation = { approvalDigest: '', why: 'lost trust', by: 'alice', at: new Date() };
    expect(await failureOf(getToken(sessionId))).toMatchObject({ reason: 'APPROVAL_REVOKED', healedBy: 'alice' });
  });

  test('Alice approved other PCR values since: the old quote is judged again', async () => {
    const sessionId = await settledSession();
    await approveIn(scene, { pcr_policy: { sha256: { 0: ['11'.repeat(32)], 4: ['11'.repeat(32)], 7: ['11'.repeat(32)] } } });
    expect(await failureOf(getToken(sessionId))).toMatchObject({ reason: 'PCR_VALUE_NOT_ALLOWED' });
  });

  test('Google does not answer: nothing is decided, and nothing is called refused', async () => {
    const sessionId = await settledSession();
    scene.world.cloud.failing.compute = new AppError('CLOUD_UNAVAILABLE', 'compute answered HTTP 503');
    expect(await failureOf(getToken(sessionId))).toMatchObject({ code: status.UNAVAILABLE, reason: 'UNDECIDED', healedBy: 'time' });
    scene.world.cloud.failing = {};
    expect(await getToken(sessionId)).toMatchObject({ secrets: [] });
  });

  test('a stored record that does not parse is our matter', async () => {
    scene.world.cloud.failing.records = new AppError('RECORD_MALFORMED', 'stored record: pcr: invalid_type');
    expect(await failureOf(getToken())).toMatchObject({ code: status.INTERNAL, details: expect.stringMatching(/^internal error/) });
  });

  test('no session: attestation is asked for', async () => {
    expect(await failureOf(getToken())).toMatchObject({ code: status.PERMISSION_DENIED, reason: 'ATTESTATION_REQUIRED' });
    expect(scene.world.cloud.calls).toMatchObject({ compute: 0, auditLog: 0 });
  });

  test('a made-up session, and one that was opened but not attested', async () => {
    expect(await failureOf(getToken(Buffer.alloc(32, 1)))).toMatchObject({ code: status.FAILED_PRECONDITION, reason: 'STEP_OUT_OF_ORDER' });
    const made = await scene.attester.makeCredential(scene.world, new ReleaseKey().publicPoint);
    expect(await failureOf(getToken(made.sessionId))).toMatchObject({ code: status.FAILED_PRECONDITION, reason: 'STEP_OUT_OF_ORDER' });
  });

  test('the session of another instance', async () => {
    const sessionId = await settledSession();
    const { instance } = claims();
    scene.world.cloud.token = () => ({
      claims: claims({ issuedAtSeconds: scene.world.cloud.nowSeconds, instance: { ...instance!, instanceId: '77' } }),
      problem: undefined,
    });
    await approveIn(scene, { instanceid: '77' });
    expect(await failureOf(getToken(sessionId))).toMatchObject({ code: status.FAILED_PRECONDITION, reason: 'STEP_OUT_OF_ORDER' });
  });

  test('a session that is over', async () => {
    const { sessionId } = await scene.attester.attest(scene.world);
    scene.world.cloud.nowSeconds += 421;
    expect(await failureOf(getToken(sessionId))).toMatchObject({ code: status.FAILED_PRECONDITION });
  });
});

describe('the number of releases', () => {
  test('the same session may ask again, also when its release was the last', async () => {
    await approveIn(scene, { max_releases: 1 });
    const sessionId = await settledSession();
    await getToken(sessionId);
    expect((await getToken(sessionId)).sealedSecrets.length).toBeGreaterThan(0);
  });

  test('another session needs another one', async () => {
    await approveIn(scene, { max_releases: 1 });
    await getToken(await settledSession());
    const sessionId = await settledSession();
    expect(await failureOf(getToken(sessionId))).toMatchObject({ reason: 'RELEASES_USED_UP', healedBy: 'alice' });
  });
});

describe('a caller that goes away while Compute hangs', () => {
  /** Compute answers when it is let go; tells when it was asked. */
  function holdCompute(): { asked: Promise<void>; letGo: () => void } {
    const { compute } = scene.world.cloud;
    const instance = compute.instance.bind(compute);
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const asked = new Promise<void>((tell) => {
      compute.instance = async (...args) => {
        tell();
        await held;
        return await instance(...args);
      };
    });
    return { asked, letGo };
  }

  const turns = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await new Promise(setImmediate);
  };

  async function until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise(setImmediate);
  }

  test.each([
    ['its release is not counted, and its secrets are wiped', true, 0],
    ['(and one that stays has its release counted)', false, 1],
  ])('%s', async (_name, leaves, counted) => {
    const sessionId = await settledSession();
    const { asked, letGo } = holdCompute();
    const creations = jest.spyOn(scene.world.cloud.state, 'create');
    const wiped = jest.spyOn(Secret.prototype, 'dispose');
    const ended = (): boolean => scene.world.logLines.some(({ event, method }) => event === 'call' && String(method).endsWith('/GetToken'));
    let stream: { cancel(): void } | undefined;
    const answer = new Promise<unknown>((resolve) => {
      stream = scene.world.release.GetToken({ requestId: 'r3', sessionId }, bearer(), (error) => resolve(error?.code));
    });
    await asked;
    if (leaves) {
      stream?.cancel();
      await until(ended);
    }
    letGo();
    await until(() => wiped.mock.calls.length > 0);
    await turns();
    expect(await answer).toBe(leaves ? status.CANCELLED : undefined);
    expect(creations.mock.calls.filter(([key]) => key.startsWith('release.'))).toHaveLength(counted);
    wiped.mockRestore();
  });
});

describe('policy identity', () => {
  beforeEach(async () => {
    await approveIn(scene, { release_policy: 'identity' });
  });

  test('without a session the first call begins the wait; then the secrets come as they are, once for each count', async () => {
    await approveIn(scene, { release_policy: 'identity', max_releases: 1 });
    expect(await failureOf(getToken())).toMatchObject({ reason: 'SETTLING' });
    scene.world.cloud.nowSeconds += 121;
    const answer = await getToken();
    expect(answer.secrets).toMatchObject([{ name: 'raw', type: 'RAW', data: Buffer.from('fooobar') }]);
    expect(await failureOf(getToken())).toMatchObject({ reason: 'RELEASES_USED_UP' });
  });

  test('the decision says by name that the checks of the tpm stage did not apply', async () => {
    await failureOf(getToken());
    scene.world.cloud.nowSeconds += 121;
    await getToken();
    const decided = scene.world.logLines.findLast(({ event }) => event === 'release.decided') as {
      outcome: string;
      findings: { check: string; outcome: string }[];
    };
    expect(decided.outcome).toBe('released');
    expect(decided.findings.find(({ check }) => check === 'quote-signature')).toMatchObject({ outcome: 'skipped' });
  });

  test('a session that attests gets its secrets sealed all the same', async () => {
    const sessionId = await settledSession();
    expect(await getToken(sessionId)).toMatchObject({ secrets: [], sealedSecrets: expect.any(Buffer) });
  });

  test('a session without a release key does not outlive the policy that allowed it', async () => {
    const made = await scene.attester.makeCredential(scene.world, Buffer.alloc(0));
    await scene.attester.activate(scene.world, made, undefined);
    scene.world.cloud.nowSeconds += 121;
    await approveIn(scene);
    expect(await failureOf(getToken(made.sessionId))).toMatchObject({ code: status.FAILED_PRECONDITION, reason: 'STEP_OUT_OF_ORDER' });
  });
});

test('policy observe releases nothing', async () => {
  await approveIn(scene, { release_policy: 'observe' });
  const { sessionId } = await scene.attester.attest(scene.world);
  scene.world.cloud.nowSeconds += 121;
  expect(await failureOf(getToken(sessionId))).toMatchObject({ code: status.PERMISSION_DENIED, reason: 'OBSERVE_ONLY' });
});

test('no secret, token, challenge or expected value is in any log line', async () => {
  scene.world.secrets = [{ name: 'raw', type: 'RAW', value: 'canary-7f3a' }];
  const sessionId = await settledSession();
  await getToken(sessionId);
  const text = JSON.stringify(scene.world.logLines);
  for (const secret of ['canary-7f3a', Buffer.from('canary-7f3a').toString('base64'), Buffer.from('canary-7f3a').toString('hex'), 'good']) {
    expect(text).not.toContain(`"${secret}"`);
    if (secret !== 'good') expect(text).not.toContain(secret);
  }
  expect(text).not.toContain(sessionId.toString('hex'));
});
