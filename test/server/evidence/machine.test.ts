import { AppError } from '../../../src/base/index.js';
import { onlyApprovedDisks } from '../../../src/appraisal/checks/only-approved-disks.js';
import { absent, forbidden, found, type InstanceFacts } from '../../../src/facts/index.js';
import type { ComputeReader } from '../../../src/gcp/index.js';
import { MachineReader } from '../../../src/server/evidence/machine.js';
import { disk, evidence, instance, record } from '../../appraisal/evidence-fixture.js';

let asked: string[];
let vm: () => Promise<Awaited<ReturnType<ComputeReader['instance']>>>;

beforeEach(() => {
  asked = [];
  vm = () => Promise.resolve(found(instance()));
});

const note = <T>(what: string, value: T): Promise<T> => {
  asked.push(what);
  return Promise.resolve(value);
};
const unused = (): never => {
  throw new AppError('INTERNAL', 'not expected');
};
const compute = (): ComputeReader => ({
  projectNumber: unused,
  image: unused,
  instance: (project, zone, id) => {
    asked.push(`instance ${project}/${zone}/${id}`);
    return vm();
  },
  disk: (project, zone, name) => note(`disk ${project}/${zone}/${name}`, found(disk({ name }))),
  projectMetadata: (project) => note(`project ${project}`, found(new Map())),
  zoneMetadata: (project, zone) => note(`zone ${project}/${zone}`, found(new Map())),
  shieldedIdentity: (project, zone, id) => note(`identity ${project}/${zone}/${id}`, absent),
});

test('every name that is asked for comes from the record, and the VM is asked for by its id', async () => {
  await new MachineReader(compute()).read(record());
  expect(asked.toSorted()).toEqual([
    'disk tc-4f4f5a70/us-central1-a/boot-1',
    'instance tc-4f4f5a70/us-central1-a/8939838129032687278',
    'project tc-4f4f5a70',
    'zone tc-4f4f5a70/us-central1-a',
  ]);
});

test('a VM that is gone: no disk is asked for, and none is made up', async () => {
  vm = () => Promise.resolve(absent);
  const machine = await new MachineReader(compute()).read(record());
  expect(machine).toMatchObject({ instance: absent, bootDisk: absent, otherDisks: [] });
  expect(asked.filter((what) => what.startsWith('disk'))).toEqual([]);
});

test('a missing right is handed on', async () => {
  vm = () => Promise.resolve(forbidden('compute.instances.get'));
  expect((await new MachineReader(compute()).read(record())).instance).toEqual({ kind: 'forbidden', permission: 'compute.instances.get' });
});

const withDisks = (...sources: readonly (string | undefined)[]): InstanceFacts =>
  instance({ disks: sources.map((source, i) => ({ ...instance().disks[0]!, boot: i === 0, source })) });
const zonal = (name: string): string => `https://www.googleapis.com/compute/v1/projects/p2/zones/z2/disks/${name}`;

test.each([
  ['a second disk is read by its own address', [zonal('boot'), zonal('data')], 'found', ['found']],
  ['a local SSD counts as one that is not there', [zonal('boot'), undefined], 'found', ['absent']],
  ['so does a regional disk', [zonal('boot'), 'https://www.googleapis.com/compute/v1/projects/p/regions/r/disks/d'], 'found', ['absent']],
  ['no boot disk', [undefined], 'absent', []],
  ['no disk at all', [], 'absent', []],
])('%s', async (_name, sources, boot, others) => {
  vm = () => Promise.resolve(found(withDisks(...sources)));
  const machine = await new MachineReader(compute()).read(record());
  expect([machine.bootDisk.kind, machine.otherDisks.map(({ kind }) => kind)]).toEqual([boot, others]);
});

test('two boot disks: the second is one of the others, which no approval has', async () => {
  vm = () => Promise.resolve(found(instance({ disks: [instance().disks[0]!, instance().disks[0]!] })));
  expect((await new MachineReader(compute()).read(record())).otherDisks).toHaveLength(1);
});

test('of a VM with more disks than are approved one more is read, and it is refused', async () => {
  const attached = withDisks(...Array.from({ length: 128 }, (_, i) => zonal(i === 0 ? 'boot-1' : `data-${i}`)));
  vm = () => Promise.resolve(found(attached));
  const approved = record({ approved_disk_ids: ['2345678901', '2345678902'] });
  const { bootDisk, otherDisks } = await new MachineReader(compute()).read(approved);
  expect(asked.filter((what) => what.startsWith('disk'))).toHaveLength(3);
  const facts = [bootDisk, ...otherDisks].map((disk) => (disk.kind === 'found' ? disk.value : unused()));
  const judged = onlyApprovedDisks.judge(
    evidence({ instance: attached, bootDisk: facts[0]!, otherDisks: facts.slice(1), record: approved }),
  );
  expect(judged).toMatchObject({ kind: 'refuse' });
});

test('ten callers at once cost one look; the next caller looks again', async () => {
  const reader = new MachineReader(compute());
  await Promise.all(Array.from({ length: 10 }, () => reader.read(record())));
  expect(asked.filter((what) => what.startsWith('instance'))).toHaveLength(1);
  await reader.read(record());
  expect(asked.filter((what) => what.startsWith('instance'))).toHaveLength(2);
});

test('an API that does not answer goes up as it is', async () => {
  vm = () => Promise.reject(new AppError('CLOUD_UNAVAILABLE', 'down'));
  await expect(new MachineReader(compute()).read(record())).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
});

test('VMs of one project that are looked at together share its metadata, and that of their zone; VMs elsewhere do not', async () => {
  const reader = new MachineReader(compute());
  const others = [{ instanceid: '2' }, { instanceid: '3', client_zone: 'us-central1-b' }, { instanceid: '4', client_project: 'other' }];
  await Promise.all([record(), ...others.map((other) => record(other))].map((each) => reader.read(each)));
  expect(asked.filter((what) => /^(?:project|zone)/.test(what)).toSorted()).toEqual([
    'project other',
    'project tc-4f4f5a70',
    'zone other/us-central1-a',
    'zone tc-4f4f5a70/us-central1-a',
    'zone tc-4f4f5a70/us-central1-b',
  ]);
  asked = [];
  await reader.read(record());
  expect(asked).toContain('project tc-4f4f5a70');
});
