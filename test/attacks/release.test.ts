import { messageOf } from '../../src/base/index.js';
import type { Vm } from '../../src/localcloud/index.js';
import { ReleaseKey } from '../../src/wire/index.js';
import { Attester } from '../e2e/support/attester.js';
import { Caller, identityToken, valueOf } from '../e2e/support/caller.js';
import { Siege } from './support/siege.js';

// Attacks at the moment of release: the VM stays honest, and somebody wants what is sent to it.

const canary = 'canary-raw-5e1f';

let siege: Siege;
let vm: Vm;
let caller: Caller;
let attester: Attester;

beforeAll(async () => {
  siege = await Siege.open();
  vm = await siege.approvedVm();
  caller = new Caller(siege.world, { token: () => identityToken(vm) });
  attester = await Attester.open(caller, vm);
}, 60_000);

afterAll(async () => {
  await attester.close();
  caller.close();
  await siege.close();
});

const outOfOrder = { status: 'FAILED_PRECONDITION', reason: 'STEP_OUT_OF_ORDER' };

it('whoever holds a stolen token, the client key and the session id obtains ciphertext only', async () => {
  const { offer, releaseKey } = await attester.attest();
  const stolen = await identityToken(vm);
  const answer = valueOf(
    await siege.as(
      () => Promise.resolve(stolen),
      (thief) => thief.getToken({ sessionId: offer.sessionId }),
    ),
  );
  expect(answer.secrets).toEqual([]);
  expect(answer.sealedSecrets.includes(canary)).toBe(false);
  const context = { instanceId: vm.id, sessionId: offer.sessionId };
  expect(() => new ReleaseKey().open(answer.sealedSecrets, context)).toThrow('does not open');
  expect(releaseKey.open(answer.sealedSecrets, context).secrets[0]?.data.expose().toString()).toBe(canary);
});

it('a relay that puts its own release key into the exchange is refused, because the quote names the key', async () => {
  const session = await attester.openSession();
  const relay = { ...session, releaseKey: new ReleaseKey() };
  // The server knows the key of MakeCredential; the VM quotes for the key that the relay showed it.
  expect(await siege.refusedBy(() => attester.activate(relay))).toEqual(['quote-binding']);
});

it('a sealed release that was recorded opens in no other session, and for no other VM', async () => {
  const first = await attester.attest();
  const recorded = valueOf(await caller.getToken({ sessionId: first.offer.sessionId })).sealedSecrets;
  const second = await attester.attest();
  expect(() => first.releaseKey.open(recorded, { instanceId: vm.id, sessionId: second.offer.sessionId })).toThrow('does not open');
  expect(() => first.releaseKey.open(recorded, { instanceId: '1', sessionId: first.offer.sessionId })).toThrow('does not open');
  expect(() => second.releaseKey.open(recorded, { instanceId: vm.id, sessionId: first.offer.sessionId })).toThrow('does not open');
});

it('of two attested sessions of one VM only the later one counts; one that is merely opened ends none', async () => {
  const first = await attester.attest();
  const second = await attester.attest();
  await attester.openSession();
  await expect(caller.getToken({ sessionId: first.offer.sessionId })).resolves.toMatchObject(outOfOrder);
  await expect(caller.getToken({ sessionId: second.offer.sessionId })).resolves.toHaveProperty('value');
});

it('the session of one VM is no session for another one, approved or not', async () => {
  const { offer } = await attester.attest();
  const other = await siege.insertVm({ tpm: false });
  await siege.approveAs(other, vm);
  await expect(
    siege.as(
      () => identityToken(other),
      (client) => client.getToken({ sessionId: offer.sessionId }),
    ),
  ).resolves.toMatchObject(outOfOrder);
});

it('an identity alone, stolen or not, releases nothing of an attested record', async () => {
  const stolen = await identityToken(vm);
  const decision = await siege.refusal(() =>
    siege.as(
      () => Promise.resolve(stolen),
      (thief) => thief.getToken(),
    ),
  );
  expect(decision).toMatchObject({ outcome: 'refused', stage: 'tpm' });
});

it('an approval for one release releases to one session; that session may ask again', async () => {
  const single = await siege.approvedVm(['--maxReleases', '1']);
  const client = new Caller(siege.world, { token: () => identityToken(single) });
  const prover = await Attester.open(client, single);
  try {
    const first = await prover.attest();
    await expect(client.getToken({ sessionId: first.offer.sessionId })).resolves.toHaveProperty('value');
    await expect(client.getToken({ sessionId: first.offer.sessionId })).resolves.toHaveProperty('value');
    const second = await prover.attest();
    await expect(client.getToken({ sessionId: second.offer.sessionId })).resolves.toMatchObject({ reason: 'RELEASES_USED_UP' });
  } finally {
    await prover.close();
    client.close();
  }
});

it('a record that was edited in the database opens no secret', async () => {
  const { offer } = await attester.attest();
  const attempt = siege.whileApprovalSays(vm, { restart_policy: 'allow', description: 'edited' }, () =>
    caller.getToken({ sessionId: offer.sessionId }),
  );
  await expect(attempt).resolves.toMatchObject({ status: 'INTERNAL' });
  await expect(caller.getToken({ sessionId: offer.sessionId })).resolves.toHaveProperty('value');
});

it('a reboot in the middle of a session ends what the session proved', async () => {
  const fresh = await siege.approvedVm();
  const client = new Caller(siege.world, { token: () => identityToken(fresh) });
  const before = await Attester.open(client, fresh);
  const { offer } = await before.attest();
  await before.close().catch((error: unknown) => messageOf(error));
  const offered = valueOf(await client.offerQuote({ sessionId: offer.sessionId }));
  await fresh.reset();
  const after = await Attester.open(client, fresh);
  try {
    const refused = await siege.refusedBy(async () => client.provideQuote(await after.quoteFor(offer.sessionId, offered.nonce)));
    expect(refused).toEqual(['quote-clock']);
  } finally {
    await after.close();
    client.close();
  }
});

it('nothing that the server printed holds a secret, a bearer token, a challenge or a private key', () => {
  expect(siege.serverOutput).toContain('release.decided');
  expect(siege.serverOutput).not.toContain(canary);
  expect(siege.serverOutput).not.toContain(Buffer.from(canary).toString('base64'));
  expect(siege.serverOutput).not.toMatch(/eyJ[A-Za-z0-9_-]{20}|ya29\.|PRIVATE KEY|CLnwmtYGEmQK/);
});
