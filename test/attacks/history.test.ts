import { everyPermission, type Vm } from '../../src/localcloud/index.js';
import { Attester } from '../e2e/support/attester.js';
import { Caller, identityToken, type Answer } from '../e2e/support/caller.js';
import { Siege } from './support/siege.js';

// What Bob did between Alice's review and the release, and undid again: only the audit log knows.

let siege: Siege;

beforeAll(async () => {
  siege = await Siege.open(['--settleSeconds', '8', '--callsPerMinute', '60000']);
}, 60_000);

afterAll(() => siege.close());

/** Changes the VM's metadata, lets the guest act on it, and puts everything back, the fingerprint too. */
async function editAndUndo(vm: Vm, edit: (items: Readonly<Record<string, string>>) => Promise<void>): Promise<void> {
  const { fingerprint, metadata } = vm;
  await edit({ ...metadata, 'startup-script': 'id > /dev/ttyS1' });
  await edit(metadata);
  vm.forceFingerprint(fingerprint);
}

async function restored(vm: Vm, act: () => Promise<void>): Promise<void> {
  const { fingerprint } = vm;
  await act();
  vm.forceFingerprint(fingerprint);
}

type Row = readonly [what: string, act: (vm: Vm) => Promise<unknown>, method: string];

const rows: readonly Row[] = [
  ['edits metadata', (vm) => editAndUndo(vm, (items) => vm.setMetadata(items)), 'v1.compute.instances.setMetadata'],
  [
    'edits metadata through the beta API',
    (vm) => editAndUndo(vm, (items) => vm.setMetadata(items, { apiVersion: 'beta' })),
    'beta.compute.instances.setMetadata',
  ],
  [
    'edits metadata through the alpha API',
    (vm) => editAndUndo(vm, (items) => vm.setMetadata(items, { apiVersion: 'alpha' })),
    'alpha.compute.instances.setMetadata',
  ],
  ['edits metadata by instances.update', (vm) => editAndUndo(vm, (items) => vm.updateMetadata(items)), 'v1.compute.instances.update'],
  ['resets it into another boot', (vm) => restored(vm, () => vm.reset()), 'v1.compute.instances.reset'],
  ['copies its boot disk', (vm) => vm.snapshotBootDisk(), 'v1.compute.disks.createSnapshot'],
  [
    'is moved to another host after an error',
    (vm) => restored(vm, () => vm.hostEvent('automaticRestart')),
    'compute.instances.automaticRestart',
  ],
];

it.each(rows)('Bob %s and leaves no other trace: no-unapproved-change', async (_what, act, method) => {
  const vm = await siege.approvedVm();
  await act(vm);
  const { findings } = await siege.refusal(() => siege.ask(vm));
  const refused = findings.filter(({ outcome }) => outcome === 'refused');
  expect(refused.map(({ check }) => check)).toEqual(['no-unapproved-change']);
  expect(refused[0]?.detail).toContain(method);
});

type PowerCycle = (vm: Vm, options: { readonly auditDelayMs: number }) => Promise<void>;

it.each<readonly [string, PowerCycle]>([
  [
    'suspends it, which writes its memory out, and resumes it',
    async (vm, late) => {
      await vm.suspend(late);
      await vm.resume(late);
    },
  ],
  [
    'stops and starts it',
    async (vm, late) => {
      await vm.stop(late);
      await vm.start(late);
    },
  ],
])('Bob %s, and the log does not know it yet: not-stopped-since-review', async (_what, act) => {
  const vm = await siege.approvedVm();
  await restored(vm, () => act(vm, { auditDelayMs: 60_000 }));
  expect(await siege.refusedBy(() => siege.ask(vm))).toEqual(['not-stopped-since-review']);
});

it('Bob takes the boot disk off, writes to it elsewhere, and puts it back: boot-disk-untouched', async () => {
  const vm = await siege.approvedVm();
  await vm.stop();
  const disk = await vm.detachDisk('persistent-disk-0');
  await vm.reattachDisk(disk, { boot: true });
  await vm.start();
  expect(await siege.refusedBy(() => siege.ask(vm))).toContain('boot-disk-untouched');
});

/** Asks until the wait for late entries is over. */
async function afterSettling(ask: () => Promise<Answer<unknown>>): Promise<Answer<unknown>> {
  for (;;) {
    const answer = await ask();
    if (!('status' in answer) || answer.reason !== 'SETTLING') return answer;
  }
}

it('a change that the log learns of only after the session was opened is found: the release waits', async () => {
  const vm = await siege.approvedVm();
  const caller = new Caller(siege.world, { token: () => identityToken(vm) });
  const attester = await Attester.open(caller, vm);
  try {
    await editAndUndo(vm, (items) => vm.setMetadata(items, { auditDelayMs: 4_000 }));
    // The log does not know it yet: the session is opened and attested.
    const { offer } = await attester.attest();
    const before = siege.cloudCalls;
    await expect(caller.getToken({ sessionId: offer.sessionId })).resolves.toMatchObject({ status: 'UNAVAILABLE', reason: 'SETTLING' });
    expect(siege.cloudCalls).toEqual(before);
    const refused = await siege.refusedBy(() => afterSettling(() => caller.getToken({ sessionId: offer.sessionId })));
    expect(refused).toEqual(['no-unapproved-change']);
  } finally {
    await attester.close();
    caller.close();
  }
});

it('without any change the same wait ends in a release', async () => {
  const vm = await siege.approvedVm();
  const caller = new Caller(siege.world, { token: () => identityToken(vm) });
  const attester = await Attester.open(caller, vm);
  try {
    const { offer } = await attester.attest();
    await expect(afterSettling(() => caller.getToken({ sessionId: offer.sessionId }))).resolves.toHaveProperty('value');
  } finally {
    await attester.close();
    caller.close();
  }
});

it('Bob floods the log of his project: his VM is refused as incomplete, the VM of another project is not delayed', async () => {
  const { cloud, stage } = siege.world;
  const partner = cloud.core.principals.named('partner@example.com');
  cloud.addProject('partner-project', '348928956784', partner);
  cloud.grant(stage.cast.alice, 'partner-project', [everyPermission]);
  cloud.grant(stage.cast.server, 'partner-project', [everyPermission]);
  const hers = await siege.approvedVm([], { project: 'partner-project', name: 'partners', by: partner });
  const his = await siege.approvedVm();
  for (let i = 0; i < 10_001; i++) {
    cloud.auditLog.append({
      logName: `projects/${his.project}/logs/cloudaudit.googleapis.com%2Factivity`,
      resource: { type: 'gce_instance', labels: { instance_id: his.id, project_id: his.project, zone: his.zone } },
      severity: 'ERROR',
      protoPayload: {
        '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
        status: { code: 7, message: 'denied' },
        serviceName: 'compute.googleapis.com',
        methodName: 'v1.compute.instances.setMetadata',
        resourceName: `projects/${his.project}/zones/${his.zone}/instances/${his.name}`,
        authenticationInfo: { principalEmail: 'bob@example.com' },
      },
    });
  }
  const [flooded, free] = await Promise.all([siege.refusedBy(() => siege.ask(his)), siege.ask(hers)]);
  expect(flooded).toEqual(['history-complete']);
  expect(free).toHaveProperty('value');
}, 60_000);
