import { auditFilters } from '../../src/gcp/audit-filter.js';
import type { AuditQuery } from '../../src/gcp/index.js';
import type { Vm } from '../../src/localcloud/index.js';
import { startFarSide, valueOf, type FarSide } from './support/far-side.js';

let far: FarSide;
let vm: Vm;
beforeEach(async () => {
  far = await startFarSide();
  vm = await far.insertVm();
});
afterEach(() => far.stop());

const query = (more: Partial<AuditQuery> = {}): AuditQuery => ({
  project: 'bob',
  instanceIds: [vm.id],
  diskIds: [],
  from: '2020-01-01T00:00:00Z',
  until: '2100-01-01T00:00:00.123456789Z',
  ...more,
});
const read = async (more: Partial<AuditQuery> = {}) => valueOf(await far.cloud.auditLog.read(query(more)));
const methods = async (more: Partial<AuditQuery> = {}): Promise<string[]> =>
  (await read(more)).entries.map((entry) => `${entry.methodName}${entry.operation?.last === true ? ' last' : ''}`);

const entry = (more: object = {}): Parameters<FarSide['world']['auditLog']['append']>[0] => ({
  logName: 'projects/bob/logs/cloudaudit.googleapis.com%2Factivity',
  resource: { type: 'gce_instance', labels: { instance_id: vm.id, project_id: 'bob', zone: 'us-central1-a' } },
  severity: 'NOTICE',
  protoPayload: {
    '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
    serviceName: 'compute.googleapis.com',
    methodName: 'v1.compute.instances.setLabels',
  },
  ...more,
});

describe('a read of the audit log', () => {
  it('begins with the insert and shows both ends of it', async () => {
    expect((await methods()).slice(0, 2)).toEqual(['v1.compute.instances.insert', 'v1.compute.instances.insert last']);
  });

  it('holds changes of the VM, of project metadata and of zone metadata, through any API version', async () => {
    await vm.setMetadata({ a: 'b' }, { apiVersion: 'beta' });
    await vm.setProjectMetadata({ 'ssh-keys': 'x' });
    await vm.setZoneMetadata({ 'startup-script': 'x' });
    const found = (await methods()).join('\n');
    for (const method of ['beta.compute.instances.setMetadata', 'setCommonInstanceMetadata', 'instanceSettings.patch'])
      expect(found).toContain(method);
  });

  it('holds what was asked for in each call only for those who want it', async () => {
    const requests = async (more: Partial<AuditQuery>): Promise<number> =>
      (await read(more)).entries.filter(({ request }) => request !== undefined).length;
    expect(await requests({})).toBe(0);
    expect(await requests({ withRequests: true })).toBeGreaterThan(0);
  });

  it('holds neither other VMs nor entries outside its time', async () => {
    const other = await far.insertVm('other');
    const all = await read();
    expect(all.entries.filter((each) => each.resourceLabels['instance_id'] === other.id)).toEqual([]);
    expect(await methods({ from: '2099-01-01T00:00:00Z' })).toEqual([]);
  });

  it('holds disks that it is asked for', async () => {
    far.world.auditLog.append(entry({ resource: { type: 'gce_disk', labels: { disk_id: '77', project_id: 'bob', zone: 'z' } } }));
    expect((await read()).entries.some((each) => each.resourceType === 'gce_disk')).toBe(false);
    expect((await read({ diskIds: ['77'] })).entries.some((each) => each.resourceType === 'gce_disk')).toBe(true);
  });

  it('goes on after a page without entries', async () => {
    far.world.stores.logReads.emptyPages = 2;
    const answer = await read();
    expect([answer.complete, answer.entries.length > 0]).toEqual([true, true]);
  });

  it('follows pages to their end and tells how far it is', async () => {
    for (let i = 0; i < 1500; i++) far.world.auditLog.append(entry());
    const progress: number[] = [];
    const answer = await read({ onPage: (count) => progress.push(count) });
    expect(answer.complete).toBe(true);
    expect(progress).toHaveLength(2);
    expect(progress.at(-1)).toBe(answer.entries.length);
    expect(answer.entries.length).toBeGreaterThanOrEqual(1500);
  });

  it('is incomplete after ten pages', async () => {
    far.world.stores.logReads.emptyPages = 10;
    const before = far.world.calls('logging');
    expect((await read()).complete).toBe(false);
    expect(far.world.calls('logging') - before).toBe(10);
  });

  it('is incomplete when an entry came in parts', async () => {
    far.world.auditLog.append(entry({ split: { uid: 'u', index: 0, totalSplits: 2 } }));
    expect((await read()).complete).toBe(false);
  });

  it('counts an entry that was delivered twice once', async () => {
    const same = { insertId: 'same', timestamp: '2026-01-01T00:00:00Z' };
    far.world.auditLog.append(entry(same));
    far.world.auditLog.append(entry(same));
    expect((await read()).entries.filter((each) => each.insertId === 'same')).toHaveLength(1);
  });

  it('undecided when an entry cannot be read', async () => {
    far.world.auditLog.append(entry({ protoPayload: { '@type': 'type.googleapis.com/other' } }));
    await expect(far.cloud.auditLog.read(query())).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
  });

  it('is forbidden, naming the permission', async () => {
    far.world.revokeGrant(far.alice, 'bob');
    expect(await far.cloud.auditLog.read(query())).toEqual({ kind: 'forbidden', permission: 'logging.logEntries.list' });
  });

  it('undecided when the quota is spent', async () => {
    far.world.stores.logReads.readsPerMinute = 1;
    await read();
    await expect(far.cloud.auditLog.read(query())).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
  });

  it('asks for the same page again when the quota is spent and somebody waits for it', async () => {
    for (let i = 0; i < 1500; i++) far.world.auditLog.append(entry({ insertId: `i${i}` }));
    far.world.stores.logReads.readsPerMinute = 1;
    const waitForQuota = (): Promise<boolean> => {
      far.world.stores.logReads.readsPerMinute = 60;
      return Promise.resolve(true);
    };
    const lookup = await far.cloud.auditLog.read({ ...query(), waitForQuota });
    expect(lookup).toMatchObject({ kind: 'found', value: { complete: true } });
    expect(lookup.kind === 'found' && new Set(lookup.value.entries.map(({ insertId }) => insertId)).size).toBeGreaterThanOrEqual(1500);
  });

  it.each([{ kind: 'hang' }, { kind: 'truncate' }, { kind: 'error', status: 500 }] as const)(
    'undecided, and in time, at %j',
    async (fault) => {
      far.world.faults.set('logging', fault);
      await expect(far.hasty.auditLog.read(query())).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
    },
  );
});

describe('filters', () => {
  const many = (count: number): string[] => Array.from({ length: count }, (_, i) => String(8_000_000_000_000_000_000n + BigInt(i)));

  it('are one for one VM', () => {
    expect(auditFilters(query({ diskIds: ['5'] }))).toHaveLength(1);
  });

  it('stay below 20,000 characters however many ids there are, and name each id', () => {
    const [instanceIds, diskIds] = [many(500), many(900)];
    const filters = auditFilters(query({ instanceIds, diskIds }));
    for (const filter of filters) expect(filter.length).toBeLessThan(20_000);
    const text = filters.join('\n');
    for (const id of [...instanceIds, ...diskIds]) expect(text).toContain(`"${id}"`);
  });

  it('work when there are several', async () => {
    const answer = await read({ instanceIds: [...many(600), vm.id] });
    expect(answer.entries.map((each) => each.methodName)).toContain('v1.compute.instances.insert');
  });

  it.each([
    { instanceIds: ['1" OR "2'] },
    { diskIds: ['x'] },
    { project: 'bob" OR' },
    { from: 'yesterday' },
    { until: '2026-01-01T00:00:00Z" OR' },
  ])('are not made from %j', (more) => {
    expect(() => auditFilters(query(more))).toThrow('an audit query holds');
  });
});
