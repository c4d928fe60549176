import type { Program, Vm } from '../../src/localcloud/index.js';
import { quote } from '../../src/tpm-device/index.js';
import { releaseBinding } from '../../src/wire/index.js';
import { Attester } from '../e2e/support/attester.js';
import { Caller, identityToken, valueOf, type Answer } from '../e2e/support/caller.js';
import { startCrashProxy, type CrashProxy } from './support/crash-proxy.js';
import { Siege } from './support/siege.js';

// Two TokenServers with one state in Firestore: what one process cannot do twice, two cannot do together.

const flags = ['--sessionStore', 'firestore', '--replicas', '2'];

let siege: Siege;
let first: Caller;
let second: Caller;
let current: Vm;

beforeAll(async () => {
  siege = await Siege.open(flags);
  const { address } = await siege.startReplica(flags);
  current = siege.world.vm;
  first = new Caller(siege.world, { token: () => identityToken(current) });
  second = new Caller(siege.world, { token: () => identityToken(current), address });
}, 60_000);

afterAll(async () => {
  first.close();
  second.close();
  await siege.close();
});

/** Runs with the TPM of a VM that was just approved. */
async function withVm(approval: readonly string[], act: (attester: Attester) => Promise<void>): Promise<void> {
  current = await siege.approvedVm(approval);
  const attester = await Attester.open(first, current);
  try {
    await act(attester);
  } finally {
    await attester.close();
  }
}

const isValue = (answer: Answer<unknown>): boolean => 'value' in answer;

/** Is release n of this VM's approval counted? */
async function isCounted(n: number): Promise<boolean> {
  const { approval_digest: digest } = await siege.record(current);
  const key = `release.${current.id}.${Buffer.from(digest, 'base64').toString('base64url')}.${n}`;
  return (await siege.alice.state.get(key)) !== undefined;
}

it('a session opened at one replica is attested at the other, and both release to it', async () => {
  await withVm([], async (attester) => {
    const session = await attester.openSession();
    const { verified } = valueOf(await attester.activateAt(second, session));
    expect(verified).toBe(true);
    for (const caller of [first, second]) {
      const { sealedSecrets } = valueOf(await caller.getToken({ sessionId: session.offer.sessionId }));
      const received = session.releaseKey.open(sealedSecrets, { instanceId: current.id, sessionId: session.offer.sessionId });
      expect(received.secrets.map(({ name }) => name)).toEqual(['secret1', 'secret2']);
    }
  });
});

it('of simultaneous activations of one challenge at both replicas exactly one wins', async () => {
  await withVm([], async (attester) => {
    for (let round = 0; round < 4; round++) {
      const { offer, challenge, releaseKey, selections } = await attester.openSession();
      const serverSpkiSha256 = first.channel.serverSpkiSha256();
      const binding = releaseBinding({ challenge, releaseKey: releaseKey.publicPoint, serverSpkiSha256 });
      const { attestation, signature } = await quote(attester.tpm, attester.ak, binding, selections);
      const request = { secret: challenge, sessionId: offer.sessionId, attestation, signatureTpmt: signature };
      const answers = await Promise.all([first, second, first, second].map((caller) => caller.activateCredential(request)));
      expect(answers.filter(isValue)).toHaveLength(1);
      expect(answers.filter((answer) => !isValue(answer) && 'reason' in answer && answer.reason === 'STEP_OUT_OF_ORDER')).toHaveLength(3);
    }
  });
});

it('a nonce of OfferQuote is used up once, wherever it is answered', async () => {
  await withVm([], async (attester) => {
    const { offer } = await attester.attest();
    const { nonce } = valueOf(await second.offerQuote({ sessionId: offer.sessionId }));
    const request = await attester.quoteFor(offer.sessionId, nonce);
    const answers = await Promise.all([first, second].map((caller) => caller.provideQuote(request)));
    expect(answers.filter(isValue)).toHaveLength(1);
  });
});

it('three releases are three releases, whoever asks how often at both replicas', async () => {
  await withVm(['--releasePolicy', 'identity', '--maxReleases', '3'], async () => {
    const answers = await Promise.all(Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? first : second).getToken()));
    expect(answers.filter(isValue)).toHaveLength(3);
    expect([await isCounted(3), await isCounted(4)]).toEqual([true, false]);
  });
});

it('one session that asks both replicas at the same time is counted once', async () => {
  await withVm(['--maxReleases', '1'], async (attester) => {
    const { offer } = await attester.attest();
    const answers = await Promise.all([first, second, first, second].map((caller) => caller.getToken({ sessionId: offer.sessionId })));
    expect(answers.filter(isValue)).toHaveLength(4);
    expect([await isCounted(1), await isCounted(2)]).toEqual([true, false]);
  });
});

describe('a replica that is killed after the count and before the answer', () => {
  let proxy: CrashProxy;
  let victim: Program;
  let victimAddress: string;

  beforeAll(async () => {
    const { cloud, stage } = siege.world;
    const endpoints = cloud.endpointsFor(stage.cast.server);
    proxy = await startCrashProxy(endpoints.firestore);
    await stage.write('victim.json', JSON.stringify({ ...endpoints, firestore: proxy.address }));
    ({ server: victim, address: victimAddress } = await siege.startReplica(flags, 'victim.json'));
  }, 60_000);

  afterAll(() => proxy.close());

  it('costs the client nothing: the session asks another replica and gets the release that was counted for it', async () => {
    await withVm(['--maxReleases', '1'], async (attester) => {
      const third = new Caller(siege.world, { token: () => identityToken(current), address: victimAddress });
      const { offer, releaseKey } = await attester.attest();
      const passed = proxy.swallowAnswerTo('countedAtSeconds');
      const lost = third.getToken({ sessionId: offer.sessionId });
      await passed;
      while (!(await isCounted(1)));
      await victim.stop('SIGKILL');
      // No word of a TokenServer: the connection ended, and the client asks again.
      await expect(lost).resolves.toMatchObject({ status: 'UNAVAILABLE', reason: undefined });
      third.close();
      const { sealedSecrets } = valueOf(await second.getToken({ sessionId: offer.sessionId }));
      expect(releaseKey.open(sealedSecrets, { instanceId: current.id, sessionId: offer.sessionId }).secrets).toHaveLength(2);
      expect(await isCounted(2)).toBe(false);
      // Another session needs another release, and there is none.
      const again = await attester.attest();
      await expect(second.getToken({ sessionId: again.offer.sessionId })).resolves.toMatchObject({ reason: 'RELEASES_USED_UP' });
    });
  });
});
