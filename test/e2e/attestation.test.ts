import { randomBytes } from 'node:crypto';
import { hex } from '../../src/base/index.js';
import { activateCredential, commands } from '../../src/tpm-device/index.js';
import { releaseBinding, ReleaseKey } from '../../src/wire/index.js';
import { Attester } from './support/attester.js';
import { Caller, valueOf } from './support/caller.js';
import { World, secrets } from './support/world.js';

// A real TPM, and an attacker who may change every byte that it says.

let world: World;
let caller: Caller;
let attester: Attester;

beforeAll(async () => {
  world = await World.open();
  await world.mustApprove();
  caller = new Caller(world);
  attester = await Attester.open(caller, world.vm);
}, 60_000);

afterAll(async () => {
  await attester.close();
  caller.close();
  await world.close();
});

const refused = (reason: string): object => ({ status: 'PERMISSION_DENIED', reason });

it('an attested session receives exactly what Alice approved, sealed to its own key', async () => {
  const { offer, releaseKey } = await attester.attest();
  const answer = valueOf(await caller.getToken({ sessionId: offer.sessionId }));
  expect(answer.secrets).toEqual([]);
  const received = releaseKey.open(answer.sealedSecrets, { instanceId: world.vm.id, sessionId: offer.sessionId });
  expect(received.secrets.map(({ name, type, data }) => ({ name, type, data: data.expose().toString('base64') }))).toEqual(secrets);
  expect(() => new ReleaseKey().open(answer.sealedSecrets, { instanceId: world.vm.id, sessionId: offer.sessionId })).toThrow(
    'does not open',
  );
});

it('the challenge is 32 characters, new each time, and asks for the PCRs of the record', async () => {
  const [a, b] = [await attester.openSession(), await attester.openSession()];
  expect(a.challenge).toMatch(/^[A-Za-z0-9_-]{32}$/);
  expect(a.challenge).not.toBe(b.challenge);
  expect(a.offer.sessionId).not.toEqual(b.offer.sessionId);
  expect(a.selections).toEqual([{ bank: 'sha256', indices: [0] }]);
});

describe('GetToken', () => {
  it('without a session is refused', async () => {
    await expect(caller.getToken()).resolves.toMatchObject(refused('ATTESTATION_REQUIRED'));
  });

  it('with a session that nobody opened is refused', async () => {
    const answer = await caller.getToken({ sessionId: randomBytes(32) });
    expect(answer).not.toHaveProperty('value');
    expect(answer).toMatchObject({ status: 'FAILED_PRECONDITION' });
  });

  it('with a session that was opened and not attested is refused', async () => {
    const { offer } = await attester.openSession();
    const answer = await caller.getToken({ sessionId: offer.sessionId });
    expect(answer).not.toHaveProperty('value');
    expect(answer).toMatchObject({ status: 'FAILED_PRECONDITION' });
  });
});

describe('ActivateCredential', () => {
  it('with a wrong challenge is refused, and the right one is used up with it', async () => {
    const session = await attester.openSession();
    await expect(attester.activate(session, { challenge: 'A'.repeat(32) })).resolves.toMatchObject(refused('CREDENTIAL_NOT_ACTIVATED'));
    await expect(attester.activate(session)).resolves.toMatchObject({ status: 'FAILED_PRECONDITION' });
  });

  it('a second time is FAILED_PRECONDITION', async () => {
    const session = await attester.attest();
    await expect(attester.activate(session)).resolves.toMatchObject({ status: 'FAILED_PRECONDITION' });
  });

  it('with the challenge of another session is refused', async () => {
    const [a, b] = [await attester.openSession(), await attester.openSession()];
    await expect(attester.activate(a, { challenge: b.challenge })).resolves.toMatchObject(refused('CREDENTIAL_NOT_ACTIVATED'));
  });

  it.each<[string, string, Parameters<Attester['activate']>[1]]>([
    ['a quote bound to another release key (a relay)', 'QUOTE_NOT_FRESH', { qualifyingData: randomBytes(32) }],
    ['a quote of other registers', 'PCR_SELECTION_MISMATCH', { selections: [{ bank: 'sha256', indices: [23] }] }],
    ['a quote of more registers', 'PCR_SELECTION_MISMATCH', { selections: [{ bank: 'sha256', indices: [0, 1] }] }],
    ['a quote of another bank', 'PCR_SELECTION_MISMATCH', { selections: [{ bank: 'sha384', indices: [0] }] }],
    [
      'an attestation with one changed bit',
      'QUOTE_SIGNATURE_INVALID',
      { attestation: (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) ?? 0) ^ 1])]) },
    ],
  ])('with %s is refused: %s', async (_name, reason, change) => {
    const session = await attester.openSession();
    const answer = await attester.activate(session, change);
    expect(answer).toMatchObject({ status: 'PERMISSION_DENIED' });
    const decision = await world.server.waitForEvent('release.decided', (event) => JSON.stringify(event).includes(reason));
    expect(decision).toMatchObject({ outcome: 'refused', stage: 'tpm' });
  });

  it("a quote that is bound to another server's key is refused: whoever stands between has another key", async () => {
    const session = await attester.openSession();
    const qualifyingData = releaseBinding({
      challenge: session.challenge,
      releaseKey: session.releaseKey.publicPoint,
      serverSpkiSha256: Buffer.alloc(32, 1),
    });
    await expect(attester.activate(session, { qualifyingData })).resolves.toMatchObject(refused('QUOTE_NOT_FRESH'));
  });

  it.each([
    ['an attestation', { attestation: () => Buffer.from('ff', 'hex') }],
    ['a signature', { signature: () => Buffer.from('00', 'hex') }],
  ])('with bytes that are no %s: INVALID_ARGUMENT or refused, never verified', async (_name, change) => {
    const session = await attester.openSession();
    const answer = await attester.activate(session, change);
    expect(answer).not.toHaveProperty('value');
    expect(answer).toMatchObject({ status: expect.stringMatching(/^(?:INVALID_ARGUMENT|PERMISSION_DENIED)$/) });
  });
});

describe('MakeCredential', () => {
  it.each<[string, (good: Parameters<Caller['makeCredential']>[0]) => Parameters<Caller['makeCredential']>[0]]>([
    ['an AK that is no TPMT_PUBLIC', (good) => ({ ...good, akPub: Buffer.from('0001', 'hex') })],
    ['an AK with a byte too many', (good) => ({ ...good, akPub: Buffer.concat([attester.ak.publicArea, Buffer.alloc(1)]) })],
    ['a release key that is no point', (good) => ({ ...good, releaseKey: Buffer.alloc(65, 4) })],
    ['an EK that is none', (good) => ({ ...good, ekPub: Buffer.alloc(10) })],
  ])('with %s: INVALID_ARGUMENT, and the server lives on', async (_name, change) => {
    const good = {
      akName: hex(attester.ak.name),
      ekPub: attester.ekPublic,
      akPub: attester.ak.publicArea,
      releaseKey: new ReleaseKey().publicPoint,
    };
    await expect(caller.makeCredential(change(good))).resolves.toMatchObject({ status: 'INVALID_ARGUMENT' });
    await expect(attester.attest()).resolves.toBeDefined();
  });

  it('a credential is made for the EK of the record, whatever EK the caller sends', async () => {
    const other = await attester.openSession();
    const answer = await caller.makeCredential({
      akName: hex(attester.ak.name),
      ekPub: attester.ak.publicArea,
      akPub: attester.ak.publicArea,
      releaseKey: other.releaseKey.publicPoint,
    });
    const { credBlob, encryptedSecret } = valueOf(answer);
    // The TPM with the approved EK opens it: the EK that was sent did not matter.
    expect((await activateCredential(attester.tpm, attester.ak, credBlob, encryptedSecret)).length).toBe(32);
  });
});

// Last: these change the machine for good.
describe('after the machine changed', () => {
  it('an extended PCR is refused', async () => {
    await commands.pcrExtend(attester.tpm, 0, new Map([['sha256', randomBytes(32)]]));
    const session = await attester.openSession();
    await expect(attester.activate(session)).resolves.toMatchObject(refused('PCR_VALUE_NOT_ALLOWED'));
  });
});
