import { story, storyVm, type Vm } from '../../src/localcloud/index.js';
import { Caller, identityToken, type Answer } from './support/caller.js';
import { World } from './support/world.js';
import recorded from '../vectors/keys.json';
import { ReleaseKey } from '../../src/wire/index.js';

// What Bob does to his VM after Alice has approved it: refused at MakeCredential, before any challenge is given.

let world: World;
let number = 0;

beforeAll(async () => {
  world = await World.open();
}, 60_000);

afterAll(() => world.close());

/** A new VM of Bob's, reviewed and approved. */
async function approvedVm(flags: readonly string[] = []): Promise<Vm> {
  const vm = await world.cloud.insertVm({ ...storyVm(world.setting), name: `vm-${++number}`, by: world.stage.cast.bob });
  await world.mustApprove(flags, vm);
  return vm;
}

const keys = {
  ekPub: Buffer.from(recorded.keys.ek_rsa.tpmt_public_b64, 'base64'),
  akPub: Buffer.from(recorded.keys.ak_rsa.tpmt_public_b64, 'base64'),
  releaseKey: new ReleaseKey().publicPoint,
};

/** What the server says to this VM now; nothing is attested. The keys are any well-formed ones. */
async function ask(vm: Vm, token = identityToken(vm)): Promise<Answer<unknown>> {
  const caller = new Caller(world, { token: () => token });
  try {
    return await caller.makeCredential(keys);
  } finally {
    caller.close();
  }
}

const accepted = { value: expect.anything() };

it('a VM that nobody touched gets a challenge', async () => {
  await expect(ask(await approvedVm())).resolves.toMatchObject(accepted);
});

it.each<[string, (vm: Vm) => Promise<unknown>, string]>([
  ['edits its metadata', (vm) => vm.addMetadata({ 'startup-script': 'id' }), 'METADATA_NOT_APPROVED'],
  ['changes the startup script', (vm) => vm.addMetadata({ 'user-data': '#cloud-config\n' }), 'INIT_SCRIPT_CHANGED'],
  ['adds user-data-encoding', (vm) => vm.addMetadata({ 'user-data-encoding': 'base64' }), 'METADATA_NOT_APPROVED'],
  ['stops it', (vm) => vm.stop(), 'INSTANCE_NOT_RUNNING'],
  [
    'stops and starts it',
    async (vm) => {
      await vm.stop();
      await vm.start();
    },
    'INSTANCE_CHANGED',
  ],
  ['attaches a disk', (vm) => vm.attachDisk(`extra-${number}`), 'DISK_NOT_APPROVED'],
  ['deletes it', (vm) => vm.delete(), 'INSTANCE_GONE'],
  ['takes a snapshot of the boot disk', (vm) => vm.snapshotBootDisk(), 'MACHINE_CHANGED'],
  [
    'edits metadata through the beta API and puts it back',
    async (vm) => {
      const before = vm.metadata;
      await vm.addMetadata({ 'startup-script': 'id' }, { apiVersion: 'beta' });
      await vm.setMetadata(before, { apiVersion: 'beta' });
    },
    'INSTANCE_CHANGED',
  ],
])('Bob %s: %s', async (_name, act, reason) => {
  const vm = await approvedVm();
  const token = await identityToken(vm);
  await act(vm);
  const answer = await ask(vm, Promise.resolve(token));
  expect(answer).toMatchObject({ status: 'PERMISSION_DENIED' });
  const decision = await world.server.waitForEvent(
    'release.decided',
    ({ instanceId, outcome }) => instanceId === vm.id && outcome === 'refused',
  );
  expect(JSON.stringify(decision)).toContain(reason);
});

it('metadata that was changed and put back is found in the history even with the old fingerprint, and nobody can heal it', async () => {
  const vm = await approvedVm();
  const { fingerprint } = vm;
  const before = vm.metadata;
  await vm.addMetadata({ 'startup-script': 'id' }, { apiVersion: 'alpha' });
  await vm.setMetadata(before, { apiVersion: 'alpha' });
  // As if Google's fingerprint returned to its value: it promises nothing.
  vm.forceFingerprint(fingerprint);
  await expect(ask(vm)).resolves.toEqual({ status: 'PERMISSION_DENIED', reason: 'METADATA_CHANGED', healedBy: 'nobody' });
});

it('a review of such a VM cannot be accepted: it must be made anew', async () => {
  const vm = await world.cloud.insertVm({ ...storyVm(world.setting), name: `vm-${++number}`, by: world.stage.cast.bob });
  const before = vm.metadata;
  await vm.addMetadata({ 'startup-script': 'id' });
  await vm.setMetadata(before);
  const program = await world.approve([], vm);
  expect(await program.ended).not.toBe(0);
  expect(program.output).toMatch(/made anew|make (?:it|the VM|a new VM)/);
  expect(program.output).toContain('setMetadata');
});

describe('with one approved VM', () => {
  let vm: Vm;

  beforeAll(async () => {
    vm = await approvedVm();
  }, 60_000);

  it.each([
    'compute.instances.get',
    'compute.disks.get',
    'compute.projects.get',
    'compute.instanceSettings.get',
    'logging.logEntries.list',
  ])('the missing permission %s is named, and Bob can heal it', async (permission) => {
    const { cloud, stage, server } = world;
    cloud.revokeGrant(stage.cast.server, story.bob.project.id, [permission]);
    await expect(ask(vm)).resolves.toEqual({ status: 'PERMISSION_DENIED', reason: 'PERMISSION_MISSING', healedBy: 'bob' });
    cloud.grant(stage.cast.server, story.bob.project.id, [permission]);
    await server.waitForEvent(
      'release.decided',
      (decision) => decision['instanceId'] === vm.id && JSON.stringify(decision).includes(permission),
    );
    await expect(ask(vm)).resolves.toMatchObject(accepted);
  });

  it.each<[string, Parameters<World['cloud']['faults']['set']>[0], Parameters<World['cloud']['faults']['set']>[1]]>([
    ['Compute answers 503', 'compute', { kind: 'error', status: 503 }],
    ['Compute answers 429', 'compute', { kind: 'error', status: 429 }],
    ['Compute hangs', 'compute', { kind: 'hang' }],
    ['Compute cuts its answer short', 'compute', { kind: 'truncate' }],
    ['Logging answers 500', 'logging', { kind: 'error', status: 500 }],
    ['Logging hangs', 'logging', { kind: 'hang' }],
    ['Logging cuts its answer short', 'logging', { kind: 'truncate' }],
    ['Firestore hangs', 'firestore', { kind: 'hang' }],
    ['Firestore cannot be reached', 'firestore', { kind: 'error', status: 503 }],
  ])('%s: nothing is decided, and asking again helps', async (_name, api, fault) => {
    world.cloud.faults.set(api, fault);
    try {
      await expect(ask(vm)).resolves.toMatchObject({ status: 'UNAVAILABLE' });
    } finally {
      world.cloud.faults.clear();
    }
    await expect(ask(vm)).resolves.toMatchObject(accepted);
  });
});

// Last, because these edits stay in the history of every VM of the project.
describe('what is above the VM', () => {
  it('metadata of the zone that a guest acts on is refused, and nothing of it can be waived', async () => {
    const vm = await approvedVm();
    await vm.setZoneMetadata({ 'startup-script': 'id' });
    await expect(ask(vm)).resolves.toMatchObject({ status: 'PERMISSION_DENIED', reason: 'ZONE_METADATA' });
    const review = await world.approve([], vm);
    expect(await review.ended).not.toBe(0);
    expect(review.output).toMatch(/FAIL metadata-zone: .*startup-script/);
    await vm.setZoneMetadata({ 'startup-script': null });
    await expect(ask(vm)).resolves.toMatchObject({ status: 'PERMISSION_DENIED', reason: 'SHARED_METADATA_CHANGED', healedBy: 'alice' });
  });

  it('metadata of the project too', async () => {
    const vm = await approvedVm();
    await vm.setProjectMetadata({ 'ssh-keys': 'bob:ssh-rsa AAAA' });
    await expect(ask(vm)).resolves.toMatchObject({ status: 'PERMISSION_DENIED', reason: 'PROJECT_METADATA' });
  });
});
