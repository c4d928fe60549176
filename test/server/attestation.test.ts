import { createHash, randomBytes } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { certifyKey, createSigningKey, readPcrs } from '../../src/tpm-device/index.js';
import { decodePublic, spkiDerOf } from '../../src/tpm/index.js';
import {
  quoteBinding,
  releaseBinding,
  ReleaseKey,
  signingKeyBinding,
  type MakeCredentialResponse__Output,
  type OfferQuoteResponse__Output,
} from '../../src/wire/index.js';
import { keyVector, b64 } from '../appraisal/evidence-fixture.js';
import { selectionsOf } from './support/attester.js';
import { approveIn, introduce, sceneOfThisFile } from './support/scene.js';
import { ask, failureOf, startWorld } from './support/world.js';

const scene = sceneOfThisFile();
const outOfOrder = { code: status.FAILED_PRECONDITION, reason: 'STEP_OUT_OF_ORDER' };
const malformed = { code: status.INVALID_ARGUMENT, reason: 'BYTES_MALFORMED' };

describe('MakeCredential', () => {
  const make = (overrides: object = {}): Promise<MakeCredentialResponse__Output> =>
    ask(scene.world.verifier, 'MakeCredential', {
      requestId: 'r1',
      ekPub: scene.attester.ekPublic,
      akPub: scene.attester.ak.publicArea,
      releaseKey: new ReleaseKey().publicPoint,
      ...overrides,
    });

  test('the challenge is for the EK of the record and the name of the key sent: its TPM opens it to 32 ASCII characters', async () => {
    const made = await make();
    expect((await scene.attester.openChallenge(made)).toString('ascii')).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(made).toMatchObject({ inResponseTo: 'r1', pcr: 0, expiresInSeconds: 60, pcrSelection: [{ hashAlg: 11, index: [0, 4, 7] }] });
    expect(made.sessionId).toHaveLength(32);
  });

  test('two challenges, two session ids', async () => {
    const [one, two] = [await make(), await make()];
    expect(one.sessionId).not.toEqual(two.sessionId);
    expect(await scene.attester.openChallenge(one)).not.toEqual(await scene.attester.openChallenge(two));
  });

  test('the EK that the caller names is not the one that the challenge is made to', async () => {
    await approveIn(scene, { ek_encryption_key: keyVector('ek_rsa').pem });
    await expect(make().then((made) => scene.attester.openChallenge(made))).rejects.toMatchObject({ code: 'TPM_COMMAND_FAILED' });
  });

  test.each([
    ['no AK', { akPub: Buffer.alloc(0) }],
    ['an AK cut short', { akPub: b64(keyVector('ek_rsa').tpmt_public_b64).subarray(0, 100) }],
    ['an AK with a byte too many', { akPub: Buffer.concat([b64(keyVector('ek_rsa').tpmt_public_b64), Buffer.alloc(1)]) }],
    ['no EK', { ekPub: Buffer.alloc(0) }],
    ['random bytes', { ekPub: randomBytes(300) }],
    ['no release key', { releaseKey: Buffer.alloc(0) }],
    ['a release key off the curve', { releaseKey: Buffer.alloc(65, 4) }],
    ['a compressed release key', { releaseKey: Buffer.alloc(33, 2) }],
  ])('%s: INVALID_ARGUMENT, no call to Compute, and the server lives on', async (_name, overrides) => {
    expect(await failureOf(make(overrides))).toMatchObject(malformed);
    expect(scene.world.cloud.calls).toMatchObject({ compute: 0, auditLog: 0 });
    await make();
  });

  test('a VM that is not as approved gets no challenge', async () => {
    await approveIn(scene, { image_fingerprint: 'AAAAAAAAAAA=' });
    expect(await failureOf(make())).toMatchObject({ code: status.PERMISSION_DENIED, reason: expect.stringMatching(/^[A-Z_]+$/) });
  });

  test('neither the record nor a flag names a register: there is nothing to attest', async () => {
    await approveIn(scene, { release_policy: 'identity', pcr_policy: undefined });
    expect(await failureOf(make())).toMatchObject(outOfOrder);
  });

  test('more than ten sessions a minute are too many', async () => {
    for (let i = 0; i < 10; i++) await make();
    expect(await failureOf(make())).toMatchObject({ code: status.RESOURCE_EXHAUSTED, reason: 'RATE_LIMITED', healedBy: 'time' });
  });
});

describe('ActivateCredential', () => {
  let releaseKey: Buffer;
  let made: MakeCredentialResponse__Output;
  let challenge: string;

  beforeEach(async () => {
    releaseKey = new ReleaseKey().publicPoint;
    made = await scene.attester.makeCredential(scene.world, releaseKey);
    challenge = (await scene.attester.openChallenge(made)).toString('ascii');
  });

  const serverSpkiSha256 = (): Buffer => scene.world.channel.serverSpkiSha256();
  const activate = async (binding: Buffer, overrides: object = {}): Promise<{ verified: boolean }> => {
    const { attestation, signature } = await scene.attester.quote(binding, selectionsOf(made));
    const request = { secret: challenge, attestation, signatureTpmt: signature, sessionId: made.sessionId, ...overrides };
    return await ask(scene.world.verifier, 'ActivateCredential', request);
  };
  const bound = (overrides: Partial<Parameters<typeof releaseBinding>[0]> = {}): Buffer =>
    releaseBinding({ challenge, releaseKey, serverSpkiSha256: serverSpkiSha256(), ...overrides });

  test('the right secret and a quote bound to challenge, release key and server pass', async () => {
    expect(await activate(bound())).toMatchObject({ verified: true });
  });

  test.each([
    ['bound to another release key (a relay with a key of its own)', () => bound({ releaseKey: new ReleaseKey().publicPoint }), {}],
    ['bound to another server (a relay that shows its own certificate)', () => bound({ serverSpkiSha256: Buffer.alloc(32) }), {}],
    ['bound to another challenge', () => bound({ challenge: 'A'.repeat(32) }), {}],
    ['bound to the challenge alone, as the reference does', () => Buffer.from(challenge, 'ascii'), {}],
  ])('a quote %s is refused', async (_name, binding) => {
    expect(await failureOf(activate(binding()))).toMatchObject({ code: status.PERMISSION_DENIED, reason: 'QUOTE_NOT_FRESH' });
  });

  test('a wrong secret is refused, and the challenge is used up', async () => {
    expect(await failureOf(activate(bound(), { secret: 'A'.repeat(32) }))).toMatchObject({ code: status.PERMISSION_DENIED });
    expect(await failureOf(activate(bound()))).toMatchObject(outOfOrder);
  });

  test('bytes that do not decode are INVALID_ARGUMENT, and the challenge is used up', async () => {
    expect(await failureOf(activate(bound(), { attestation: Buffer.from('ff'.repeat(40), 'hex') }))).toMatchObject(malformed);
    expect(await failureOf(activate(bound()))).toMatchObject(outOfOrder);
  });

  test.each([
    ['no signature', { signatureTpmt: Buffer.alloc(0) }],
    ['a signature cut short', { signatureTpmt: Buffer.from('0014000b0100', 'hex') }],
    ['no attestation', { attestation: Buffer.alloc(0) }],
  ])('%s: INVALID_ARGUMENT', async (_name, overrides) => {
    expect(await failureOf(activate(bound(), overrides))).toMatchObject(malformed);
  });

  test('a changed signature is refused', async () => {
    const { attestation, signature } = await scene.attester.quote(bound(), selectionsOf(made));
    signature[signature.length - 1]! ^= 1;
    const request = { secret: challenge, attestation, signatureTpmt: signature, sessionId: made.sessionId };
    expect(await failureOf(ask(scene.world.verifier, 'ActivateCredential', request))).toMatchObject({
      code: status.PERMISSION_DENIED,
      reason: 'QUOTE_SIGNATURE_INVALID',
    });
  });

  test('fewer registers than the policy names are refused', async () => {
    const { attestation, signature } = await scene.attester.quote(bound(), [{ bank: 'sha256', indices: [0] }]);
    const request = { secret: challenge, attestation, signatureTpmt: signature, sessionId: made.sessionId };
    expect(await failureOf(ask(scene.world.verifier, 'ActivateCredential', request))).toMatchObject({ reason: 'PCR_SELECTION_MISMATCH' });
  });

  test('after 60 seconds the challenge is dead', async () => {
    scene.world.cloud.nowSeconds += 60;
    expect(await failureOf(activate(bound()))).toMatchObject(outOfOrder);
  });

  test('a second time is one too many', async () => {
    await activate(bound());
    expect(await failureOf(activate(bound()))).toMatchObject(outOfOrder);
  });

  test.each([
    ['no session', Buffer.alloc(0)],
    ['an unknown session', Buffer.alloc(32)],
    ['a session id of another length', Buffer.alloc(5)],
  ])('%s', async (_name, sessionId) => {
    expect(await failureOf(activate(bound(), { sessionId }))).toMatchObject(outOfOrder);
  });

  test('a flag can ask for more than the record: another value of a register is refused', async () => {
    const chosen = scene.world;
    scene.world = await startWorld([`--pcr=0=${'11'.repeat(32)}`]);
    await chosen.stop();
    introduce(scene);
    await approveIn(scene);
    expect(await failureOf(scene.attester.attest(scene.world))).toMatchObject({ reason: 'PCR_VALUE_NOT_ALLOWED' });
  });
});

describe('a client of the reference, under policy identity', () => {
  test('sends no session id and no release key, and quotes the challenge itself', async () => {
    await approveIn(scene, { release_policy: 'identity' });
    const made = await scene.attester.makeCredential(scene.world, Buffer.alloc(0));
    const answer = await scene.attester.activate(scene.world, { ...made, sessionId: Buffer.alloc(0) }, undefined);
    expect(answer).toMatchObject({ verified: true });
  });
});

describe('OfferQuote and ProvideQuote', () => {
  let sessionId: Buffer;

  beforeEach(async () => {
    ({ sessionId } = await scene.attester.attest(scene.world));
  });

  const offer = (): Promise<OfferQuoteResponse__Output> => ask(scene.world.verifier, 'OfferQuote', { requestId: 'r4', sessionId });
  const provide = async (offered: OfferQuoteResponse__Output, nonce = offered.nonce): Promise<{ verified: boolean }> => {
    const binding = quoteBinding({ nonce, sessionId, serverSpkiSha256: scene.world.channel.serverSpkiSha256() });
    const { attestation, signature } = await scene.attester.quote(binding, selectionsOf(offered));
    return await ask(scene.world.verifier, 'ProvideQuote', { attestation, signatureTpmt: signature, sessionId });
  };

  test('a nonce is answered by a new quote, once', async () => {
    const offered = await offer();
    expect(offered).toMatchObject({ nonce: expect.stringMatching(/^[A-Za-z0-9_-]{32}$/), expiresInSeconds: 60, inResponseTo: 'r4' });
    expect(await provide(offered)).toMatchObject({ verified: true });
    expect(await failureOf(provide(offered))).toMatchObject(outOfOrder);
  });

  test('a quote over another nonce is refused, and the nonce is used up', async () => {
    const offered = await offer();
    expect(await failureOf(provide(offered, 'A'.repeat(32)))).toMatchObject({ reason: 'QUOTE_NOT_FRESH' });
    expect(await failureOf(provide(offered))).toMatchObject(outOfOrder);
  });

  test('only the nonce offered last counts', async () => {
    const first = await offer();
    await offer();
    expect(await failureOf(provide(first))).toMatchObject({ reason: 'QUOTE_NOT_FRESH' });
  });

  test('no nonce was offered', async () => {
    const nonce = { nonce: 'A'.repeat(32), pcrSelection: [{ hashAlg: 11, index: [0, 4, 7] }] } as OfferQuoteResponse__Output;
    expect(await failureOf(provide(nonce))).toMatchObject(outOfOrder);
  });

  test('a session that is not attested gets no nonce', async () => {
    const made = await scene.attester.makeCredential(scene.world, new ReleaseKey().publicPoint);
    expect(await failureOf(ask(scene.world.verifier, 'OfferQuote', { sessionId: made.sessionId }))).toMatchObject(outOfOrder);
  });

  test('a later session that is attested ends this one', async () => {
    await scene.attester.attest(scene.world);
    expect(await failureOf(offer())).toMatchObject(outOfOrder);
  });
});

describe('ProvideSigningKey', () => {
  let sessionId: Buffer;

  beforeEach(async () => {
    ({ sessionId } = await scene.attester.attest(scene.world));
  });

  const certified = async (
    binding: Buffer,
  ): Promise<{ attestation: Buffer; signatureTpmt: Buffer; signingKeyPublic: Buffer; sessionId: Buffer }> => {
    const key = await createSigningKey(scene.attester.tpm);
    const { attestation, signature } = await certifyKey(scene.attester.tpm, scene.attester.ak, key, binding);
    return { attestation, signatureTpmt: signature, signingKeyPublic: key.publicArea, sessionId };
  };
  const provide = (request: object): Promise<{ verified: boolean }> => ask(scene.world.verifier, 'ProvideSigningKey', request);

  test('a key that the AK certified for this session is kept, and a record that requires one is then released', async () => {
    await approveIn(scene, { signing_key_required: true });
    scene.world.cloud.nowSeconds += 121;
    expect(await failureOf(ask(scene.world.release, 'GetToken', { sessionId }))).toMatchObject({ code: status.PERMISSION_DENIED });
    expect(await provide(await certified(signingKeyBinding(sessionId)))).toMatchObject({ verified: true });
    expect(await ask(scene.world.release, 'GetToken', { sessionId })).toMatchObject({ sealedSecrets: expect.any(Buffer) });
  });

  test('the key stays in the database of Alice, under the approval and without an end; one that is refused does not', async () => {
    const { instanceid } = await approveIn(scene, { approval_digest: `${'+/'.repeat(21)}A=` });
    const kept = (): Promise<unknown> => scene.world.cloud.stateValues.get(`signer.${instanceid}.${'-_'.repeat(21)}A`);
    await failureOf(provide(await certified(signingKeyBinding(Buffer.alloc(32)))));
    expect(await kept()).toBeUndefined();
    const [older, newer] = [await certified(signingKeyBinding(sessionId)), await certified(signingKeyBinding(sessionId))];
    for (const request of [older, newer]) await provide(request);
    expect(await kept()).toEqual({
      keyPublic: newer.signingKeyPublic,
      certifiedAt: new Date(scene.world.cloud.nowSeconds * 1000),
    });
  });

  test.each([
    ['for another session', () => signingKeyBinding(Buffer.alloc(32)), 'CERTIFY_NOT_FRESH'],
    ['for no session', () => createHash('sha256').digest(), 'CERTIFY_NOT_FRESH'],
  ])('a certification %s is refused', async (_name, binding, reason) => {
    expect(await failureOf(provide(await certified(binding())))).toMatchObject({ code: status.PERMISSION_DENIED, reason });
  });

  test('another key than the certified one is refused', async () => {
    const other = await createSigningKey(scene.attester.tpm);
    const request = { ...(await certified(signingKeyBinding(sessionId))), signingKeyPublic: other.publicArea };
    expect(await failureOf(provide(request))).toMatchObject({ reason: 'CERTIFY_OTHER_KEY' });
  });

  test('the decision names the checks of the certification', async () => {
    await failureOf(provide(await certified(signingKeyBinding(Buffer.alloc(32)))));
    const decided = scene.world.logLines.findLast(({ event }) => event === 'release.decided') as {
      findings: { check: string; outcome: string }[];
    };
    expect(decided.findings).toContainEqual(expect.objectContaining({ check: 'certify-binding', outcome: 'refused' }));
  });

  test('a quote in place of a certification is refused', async () => {
    const { attestation, signature } = await scene.attester.quote(signingKeyBinding(sessionId), [{ bank: 'sha256', indices: [0, 4, 7] }]);
    const request = { ...(await certified(signingKeyBinding(sessionId))), attestation, signatureTpmt: signature };
    expect(await failureOf(provide(request))).toMatchObject({ reason: 'CERTIFY_MALFORMED' });
  });

  test('the PEM form must be the same key', async () => {
    const good = await certified(signingKeyBinding(sessionId));
    const pem = (der: Buffer): Buffer => Buffer.from(`-----BEGIN PUBLIC KEY-----\n${der.toString('base64')}\n-----END PUBLIC KEY-----\n`);
    expect(await failureOf(provide({ ...good, signingkey: Buffer.from(scene.attester.ekPem) }))).toMatchObject(malformed);
    expect(await provide({ ...good, signingkey: pem(spkiDerOf(decodePublic(good.signingKeyPublic))) })).toMatchObject({ verified: true });
  });

  test.each([
    ['no public area', { signingKeyPublic: Buffer.alloc(0) }],
    ['a public area cut short', { signingKeyPublic: Buffer.alloc(10, 1) }],
  ])('%s: INVALID_ARGUMENT', async (_name, overrides) => {
    expect(await failureOf(provide({ ...(await certified(signingKeyBinding(sessionId))), ...overrides }))).toMatchObject(malformed);
  });
});

describe('policy observe', () => {
  const observed = async (): Promise<Record<string, unknown> | undefined> =>
    await scene.world.cloud.stateValues.get(`observed.${scene.world.cloud.record!.instanceid}`);

  const attestWith = async (change: (value: Buffer) => Buffer): Promise<void> => {
    await approveIn(scene, { release_policy: 'observe', pcr_policy: undefined });
    const releaseKey = new ReleaseKey().publicPoint;
    const made = await scene.attester.makeCredential(scene.world, releaseKey);
    const challenge = (await scene.attester.openChallenge(made)).toString('ascii');
    const binding = releaseBinding({ challenge, releaseKey, serverSpkiSha256: scene.world.channel.serverSpkiSha256() });
    const { attestation, signature } = await scene.attester.quote(binding, selectionsOf(made));
    const values = await readPcrs(scene.attester.tpm, 'sha256', selectionsOf(made)[0]!.indices);
    const pcrValues = [...values].map(([index, digest]) => ({ index, digest: change(digest) }));
    const request = { secret: challenge, attestation, signatureTpmt: signature, sessionId: made.sessionId, pcrValues };
    await ask(scene.world.verifier, 'ActivateCredential', request);
  };

  test('values that the signed digest confirms are kept, with the counters', async () => {
    await attestWith((value) => value);
    const values = await readPcrs(scene.attester.tpm, 'sha256', [0, 14]);
    const kept = await observed();
    expect(JSON.parse(String(kept?.['pcrs']))).toMatchObject({ 0: values.get(0)!.toString('hex'), 14: values.get(14)!.toString('hex') });
    expect(kept).toMatchObject({ bank: 'sha256', resetCount: expect.any(Number), clock: expect.stringMatching(/^\d+$/) });
  });

  test('values that it does not confirm are not', async () => {
    await attestWith((value) => Buffer.alloc(value.length, 7));
    expect(await observed()).toMatchObject({ bank: '', pcrs: '{}', resetCount: expect.any(Number) });
  });
});

test('with --useTPM=false no attestation call is answered, and an attested record is not released', async () => {
  await scene.world.stop();
  scene.world = await startWorld(['--useTPM=false']);
  await approveIn(scene);
  expect(await failureOf(scene.attester.makeCredential(scene.world, new ReleaseKey().publicPoint))).toMatchObject(outOfOrder);
  expect(await failureOf(ask(scene.world.release, 'GetToken', {}))).toMatchObject({ reason: 'ATTESTATION_REQUIRED' });
});
