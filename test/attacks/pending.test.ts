import { story, type Vm } from '../../src/localcloud/index.js';
import { Attester } from '../e2e/support/attester.js';
import { Caller, identityToken } from '../e2e/support/caller.js';
import { Siege } from './support/siege.js';

// What the server leaves in Firestore for people to see: who waits for an approval, and what was decided last about a VM.

let siege: Siege;
let approved: Vm;
const bobsProject = story.bob.project.id;

beforeAll(async () => {
  siege = await Siege.open(['--clientProjects', bobsProject, '--callsPerMinute', '60000']);
  approved = await siege.approvedVm();
}, 60_000);

afterAll(() => siege.close());

const waiting = () => siege.alice.pending.listPending({ limit: 500, now: new Date() });

/** Writes end after the answer: looks until they have. */
async function until<T>(look: () => Promise<T>, done: (seen: T) => boolean): Promise<T> {
  for (;;) {
    const seen = await look();
    if (done(seen)) return seen;
  }
}

it('a VM that asks before its approval is there to be seen, as its token and its connection say', async () => {
  const vm = await siege.insertVm({ tpm: false });
  const before = new Date();
  await expect(siege.ask(vm)).resolves.toMatchObject({ reason: 'INSTANCE_UNKNOWN' });
  const [seen] = await until(waiting, (list) => list.length > 0);
  expect(seen).toEqual({
    instanceId: vm.id,
    project: bobsProject,
    zone: vm.zone,
    instanceName: vm.name,
    serviceAccount: expect.stringContaining(`@${bobsProject}.iam.gserviceaccount.com`),
    peerAddress: '127.0.0.1',
    firstSeen: expect.any(Date),
    lastSeen: seen?.firstSeen,
    count: 1,
    expiresAt: new Date((seen?.firstSeen.getTime() ?? 0) + 86_400_000),
  });
  expect(seen?.firstSeen.getTime()).toBeGreaterThanOrEqual(before.getTime());
});

it.each([
  ['whose token is for somebody else', (vm: Vm) => identityToken(vm, 'https://elsewhere.example.com')],
  ['whose token nobody signed', async (vm: Vm) => `${(await identityToken(vm)).slice(0, -8)}AAAAAAAA`],
  ['of a project that Alice does not name', (vm: Vm) => siege.tokenOf(vm, inOtherProject)],
])('a VM %s leaves nothing', async (_what, token) => {
  const vm = await siege.insertVm({ tpm: false });
  const marker = await siege.insertVm({ tpm: false });
  await siege.ask(vm, () => token(vm));
  // Notes are written in the order of the calls: when this one is there, the other one would be.
  await expect(siege.ask(marker)).resolves.toMatchObject({ reason: 'INSTANCE_UNKNOWN' });
  const seen = await until(waiting, (list) => list.some(({ instanceId }) => instanceId === marker.id));
  expect(seen.map(({ instanceId }) => instanceId)).not.toContain(vm.id);
});

const inOtherProject = (claims: { google: { compute_engine: Record<string, unknown> } }): void => {
  claims.google.compute_engine['project_id'] = 'other-project';
};

it('a flood of VMs without a record is answered, and leaves few documents', async () => {
  const vm = await siege.insertVm({ tpm: false });
  let number = 7_000_000_000_000_000_000n;
  const token = (): Promise<string> =>
    siege.tokenOf(vm, ({ google }) => {
      google.compute_engine['instance_id'] = String(number++);
    });
  await siege.as(token, async (caller) => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => caller.getToken()));
    for (const answer of answers) expect(answer).toMatchObject({ reason: 'INSTANCE_UNKNOWN' });
  });
  // At most 30 writes in a minute, and this takes less than two.
  expect((await waiting()).length).toBeLessThanOrEqual(60);
});

describe('the last decision', () => {
  let vm: Vm;
  let caller: Caller;
  let attester: Attester;
  let sessionId: Buffer;
  beforeAll(async () => {
    vm = approved;
    caller = new Caller(siege.world, { token: () => identityToken(vm) });
    attester = await Attester.open(caller, vm);
    ({ sessionId } = (await attester.attest()).offer);
  });
  afterAll(async () => {
    await attester.close();
    caller.close();
  });
  const lastDecision = () => siege.alice.lastDecisions.lastDecision(vm.id);

  it('about an approved VM is there to be seen, and holds no value, token or secret', async () => {
    await expect(caller.getToken({ sessionId })).resolves.toHaveProperty('value');
    const seen = await until(lastDecision, (last) => last?.outcome === 'released');
    expect(seen).toEqual({
      decisionId: expect.any(String),
      call: 'GetToken',
      outcome: 'released',
      stage: undefined,
      reasons: [],
      at: expect.any(Date),
    });
  });

  it('of a refusal has the id that Alice finds in the log', async () => {
    await vm.addMetadata({ 'startup-script': 'id' });
    const { decisionId } = await siege.refusal(() => caller.getToken({ sessionId }));
    const seen = await until(lastDecision, (last) => last?.outcome === 'refused');
    expect(seen).toMatchObject({ decisionId, stage: 'machine', reasons: expect.arrayContaining(['METADATA_NOT_APPROVED']) });
  });

  it('about a VM without a record is not kept', async () => {
    const stranger = await siege.insertVm({ tpm: false });
    await siege.ask(stranger);
    expect(await siege.alice.lastDecisions.lastDecision(stranger.id)).toBeUndefined();
  });
});
