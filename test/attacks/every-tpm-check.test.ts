import { hex } from '../../src/base/index.js';
import { policyPage } from '../../src/appraisal/index.js';
import type { Vm } from '../../src/localcloud/index.js';
import { activateCredential, certifyKey, commands, createSigningKey, quote } from '../../src/tpm-device/index.js';
import { akRsaTemplate, encodePublic, Handle } from '../../src/tpm/index.js';
import { releaseBinding, ReleaseKey } from '../../src/wire/index.js';
import { Attester } from '../e2e/support/attester.js';
import { Caller, identityToken, valueOf, type Answer } from '../e2e/support/caller.js';
import certificates from '../vectors/key-certificates.json';
import { anyKeys, Siege } from './support/siege.js';
import { lendSoftwareAk } from './support/software-ak.js';

// One attack for each check of the tpm stage: a real TPM, and an attacker who may change every byte that it says.

let siege: Siege;
let vm: Vm;
let caller: Caller;
let attester: Attester;
/** Another VM of Bob's with a TPM of its own, where he is root. */
let helper: Attester;

beforeAll(async () => {
  siege = await Siege.open(['--attestationMaxAgeSeconds', '2', '--loggingReadsPerMinute', '5000']);
  // An attestation grows old under many calls, each of which reads the log: the quota is not what this is about.
  siege.world.cloud.stores.logReads.readsPerMinute = 10_000;
  vm = await siege.approvedVm();
  caller = new Caller(siege.world, { token: () => identityToken(vm) });
  attester = await Attester.open(caller, vm);
  helper = await Attester.open(caller, await siege.insertVm());
}, 60_000);

afterAll(async () => {
  await helper.close();
  await attester.close();
  caller.close();
  await siege.close();
});

type Attempt = () => Promise<Answer<unknown>>;
type Row = readonly [check: string, attack: string, attempt: Attempt];

const activate = (change: Parameters<Attester['activate']>[1]): Attempt => {
  return async () => attester.activate(await attester.openSession(), change);
};

const flipLast = (bytes: Buffer): Buffer => Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) ?? 0) ^ 1])]);

/** An activation with any keys: Bob sends what he has, as far as he gets. */
async function activateWith(keys: {
  ak: Attester;
  akPub: Buffer;
  akName: Buffer;
  ekPub: Buffer;
  openWith: number | undefined;
}): Promise<Answer<unknown>> {
  const releaseKey = new ReleaseKey();
  const offer = valueOf(
    await caller.makeCredential({ akName: hex(keys.akName), ekPub: keys.ekPub, akPub: keys.akPub, releaseKey: releaseKey.publicPoint }),
  );
  const opened =
    keys.openWith === undefined
      ? 'A'.repeat(32)
      : (await activateCredential(attester.tpm, { handle: keys.openWith }, offer.credBlob, offer.encryptedSecret)).toString();
  const serverSpkiSha256 = caller.channel.serverSpkiSha256();
  const binding = releaseBinding({ challenge: opened, releaseKey: releaseKey.publicPoint, serverSpkiSha256 });
  const { attestation, signature } = await quote(keys.ak.tpm, keys.ak.ak, binding, [{ bank: 'sha256', indices: [0] }]);
  return caller.activateCredential({ secret: opened, sessionId: offer.sessionId, attestation, signatureTpmt: signature });
}

/** The whole exchange with a software key: it opens its credential, and Bob signs a quote that no TPM made. */
async function forgeWithSoftwareKey(): Promise<Answer<unknown>> {
  const software = await lendSoftwareAk(attester.tpm);
  try {
    const releaseKey = new ReleaseKey();
    const offer = valueOf(
      await caller.makeCredential({
        akName: hex(software.name),
        ekPub: attester.ekPublic,
        akPub: software.publicArea,
        releaseKey: releaseKey.publicPoint,
      }),
    );
    const challenge = (await activateCredential(attester.tpm, software, offer.credBlob, offer.encryptedSecret)).toString();
    expect(challenge).toMatch(/^[A-Za-z0-9_-]{32}$/);
    const serverSpkiSha256 = caller.channel.serverSpkiSha256();
    const binding = releaseBinding({ challenge, releaseKey: releaseKey.publicPoint, serverSpkiSha256 });
    const { attestation } = await quote(attester.tpm, attester.ak, binding, [{ bank: 'sha256', indices: [0] }]);
    return await caller.activateCredential({
      secret: challenge,
      sessionId: offer.sessionId,
      attestation,
      signatureTpmt: software.sign(attestation),
    });
  } finally {
    await software.close();
  }
}

/** The whole exchange with a key that the TPM made, and that nothing ties to its endorsement key. */
async function quoteByOwnerKey(): Promise<Answer<unknown>> {
  const owned = await commands.createPrimary(attester.tpm, Handle.OWNER, encodePublic(akRsaTemplate));
  try {
    const releaseKey = new ReleaseKey();
    const { publicArea: akPub, name } = owned;
    const offer = valueOf(
      await caller.makeCredential({ akName: hex(name), ekPub: attester.ekPublic, akPub, releaseKey: releaseKey.publicPoint }),
    );
    const challenge = (await activateCredential(attester.tpm, owned, offer.credBlob, offer.encryptedSecret)).toString();
    const serverSpkiSha256 = caller.channel.serverSpkiSha256();
    const binding = releaseBinding({ challenge, releaseKey: releaseKey.publicPoint, serverSpkiSha256 });
    const { attestation, signature } = await quote(attester.tpm, owned, binding, [{ bank: 'sha256', indices: [0] }]);
    return await caller.activateCredential({ secret: challenge, sessionId: offer.sessionId, attestation, signatureTpmt: signature });
  } finally {
    await commands.flushContext(attester.tpm, owned.handle);
  }
}

async function getTokenUntilRefused(sessionId: Buffer): Promise<Answer<unknown>> {
  for (const deadline = Date.now() + 15_000; Date.now() < deadline;) {
    const answer = await caller.getToken({ sessionId });
    if (!('value' in answer)) return answer;
  }
  throw new Error('the attestation never grew old');
}

const rows: readonly Row[] = [
  ['attestation-present', 'GetToken that leaves the TPM out', () => caller.getToken()],
  [
    'shielded-identity-readable',
    'no right to read the identity of the vTPM',
    async () => {
      const session = await attester.openSession();
      const { cloud, stage } = siege.world;
      cloud.revokeGrant(stage.cast.server, vm.project, ['compute.instances.getShieldedInstanceIdentity']);
      try {
        return await attester.activate(session);
      } finally {
        cloud.grant(stage.cast.server, vm.project, ['compute.instances.getShieldedInstanceIdentity']);
      }
    },
  ],
  [
    'ek-matches',
    'the endorsement key of another TPM',
    () =>
      activateWith({
        ak: attester,
        akPub: attester.ak.publicArea,
        akName: attester.ak.name,
        ekPub: anyKeys.ekPub,
        openWith: attester.ak.handle,
      }),
  ],
  [
    'ak-matches',
    'the attestation key of another VM of Bob, with a genuine quote',
    () => activateWith({ ak: helper, akPub: helper.ak.publicArea, akName: helper.ak.name, ekPub: attester.ekPublic, openWith: undefined }),
  ],
  [
    'key-certificates-fit',
    'a certificate of another endorsement key in the approval',
    () => siege.whileApprovalSays(vm, { ek_encryption_cert: certificates.ek }, activate({})),
  ],
  ['ak-is-restricted', 'a software key that TPM2_LoadExternal lent to the TPM: its credential opens', forgeWithSoftwareKey],
  ['credential-activated', 'a guessed challenge', activate({ challenge: 'A'.repeat(32) })],
  ['quote-signature', 'a quote with one changed bit', activate({ attestation: flipLast })],
  [
    'quote-magic-type',
    'a certification in place of a quote',
    async () => {
      const session = await attester.openSession();
      const key = await createSigningKey(attester.tpm);
      const binding = releaseBinding({
        challenge: session.challenge,
        releaseKey: session.releaseKey.publicPoint,
        serverSpkiSha256: caller.channel.serverSpkiSha256(),
      });
      const certified = await certifyKey(attester.tpm, attester.ak, key, binding);
      return attester.activate(session, { attestation: () => certified.attestation, signature: () => certified.signature });
    },
  ],
  ['quote-binding', 'a quote for another release key', activate({ qualifyingData: Buffer.alloc(32, 7) })],
  ['quote-pcr-selection', 'a quote of a register that Bob can reset', activate({ selections: [{ bank: 'sha256', indices: [23] }] })],
  [
    'quote-pcr-digest',
    'a machine that booted something else',
    () => siege.whileApprovalSays(vm, { pcr_policy: { sha256: { '0': ['ab'.repeat(32)] } } }, activate({})),
  ],
  [
    'quote-qualified-signer',
    "a restricted key of the same TPM, in Bob's own hierarchy: its credential opens, its quote is genuine",
    quoteByOwnerKey,
  ],
  [
    'quote-clock',
    'another boot than the approved one',
    () => siege.whileApprovalSays(vm, { boot_policy: 'same_boot', reset_count: 4_000_000_000 }, activate({})),
  ],
  ['attested-recently', 'an attestation kept in store', async () => getTokenUntilRefused((await attester.attest()).offer.sessionId)],
  [
    'signing-key-certified',
    'a release without the signing key that Alice asks for',
    async () => {
      const { offer } = await attester.attest();
      return siege.whileApprovalSays(vm, { signing_key_required: true }, () => caller.getToken({ sessionId: offer.sessionId }));
    },
  ],
];

it.each(rows)('%s stops %s', async (check, _attack, attempt) => {
  expect(await siege.refusedBy(attempt)).toContain(check);
});

it('every check of the tpm stage is attacked', () => {
  const checks = policyPage.filter(({ name }) => name === 'tpm').flatMap((stage) => stage.checks.map(({ id }) => id));
  expect(checks.filter((id) => !rows.some(([check]) => check === id))).toEqual([]);
});
