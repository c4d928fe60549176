import type { LogEntry } from '../../src/localcloud/index.js';
import { bobProject, startWorld, zone, type World } from './support/world.js';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.cloud.stop());

interface Payload {
  readonly methodName: string;
  readonly resourceName: string;
  readonly authenticationInfo: { readonly principalEmail: string };
  readonly status?: { readonly code: number };
  readonly request: Readonly<Record<string, unknown>>;
  readonly metadata?: unknown;
}
const payload = (entry: LogEntry | undefined): Payload => entry?.protoPayload as unknown as Payload;
const entries = (method: string): readonly LogEntry[] =>
  world.cloud.auditLog.query((entry) => payload(entry).methodName.endsWith(`compute.${method}`));

test('a long-running call leaves a first and a last entry with one operation id', async () => {
  const vm = await world.insert();
  const [first, last] = entries('instances.insert');
  expect(first?.operation).toMatchObject({ first: true, producer: 'compute.googleapis.com' });
  expect(last?.operation).toEqual({ id: first?.operation?.id, producer: 'compute.googleapis.com', last: true });
  expect(first?.insertId).not.toBe(last?.insertId);
  expect(first).toMatchObject({
    logName: `projects/${bobProject}/logs/cloudaudit.googleapis.com%2Factivity`,
    resource: { type: 'gce_instance', labels: { instance_id: vm.id, project_id: bobProject, zone } },
    severity: 'NOTICE',
  });
  expect(payload(first).authenticationInfo.principalEmail).toBe('bob@example.com');
  expect(Object.keys(payload(last).request)).toEqual(['@type']);
  expect(entries('instances.insert')).toHaveLength(2);
});

test('a metadata edit names the keys and never the values', async () => {
  const vm = await world.insert({ metadata: { 'user-data': 'old', gone: 'x' } });
  await vm.setMetadata({ 'user-data': 'a new secret value', 'startup-script': 'id' });
  const [first, last] = entries('instances.setMetadata');
  expect(payload(first).request).toMatchObject({
    'Metadata Keys Added': ['startup-script'],
    'Metadata Keys Modified': ['user-data'],
    'Metadata Keys Deleted': ['gone'],
  });
  expect(payload(last).metadata).toEqual({
    instanceMetadataDelta: { addedMetadataKeys: ['startup-script'], modifiedMetadataKeys: ['user-data'], deletedMetadataKeys: ['gone'] },
  });
  expect(JSON.stringify([first, last])).not.toContain('a new secret value');
});

test('the method carries the API version that was used', async () => {
  const vm = await world.insert();
  await vm.addMetadata({ a: '1' }, { apiVersion: 'beta' });
  await vm.addMetadata({ a: '2' }, { apiVersion: 'alpha' });
  await vm.addMetadata({ a: '3' });
  const methods = entries('instances.setMetadata').map((entry) => payload(entry).methodName.split('.')[0]);
  expect(methods).toEqual(['beta', 'beta', 'alpha', 'alpha', 'v1', 'v1']);
});

test('an edit by instances.update changes the same metadata under another method name', async () => {
  const vm = await world.insert();
  await vm.updateMetadata({ 'startup-script': 'id' });
  expect(vm.metadata).toEqual({ 'startup-script': 'id' });
  expect(entries('instances.update')).toHaveLength(2);
  expect(entries('instances.setMetadata')).toHaveLength(0);
});

test('project, zone and disk acts are logged under resources of their own, not under the VM', async () => {
  const vm = await world.insert();
  await vm.setProjectMetadata({ a: '1' });
  await vm.setZoneMetadata({ a: '1' });
  await vm.snapshotBootDisk();
  expect(entries('projects.setCommonInstanceMetadata')[0]?.resource).toEqual({ type: 'gce_project', labels: { project_id: bobProject } });
  expect(payload(entries('instanceSettings.patch')[0]).resourceName).toBe(`projects/${bobProject}/zones/${zone}/instanceSettings`);
  expect(entries('disks.createSnapshot')[0]?.resource).toMatchObject({
    type: 'gce_disk',
    labels: { disk_id: expect.stringMatching(/^\d{19}$/) },
  });
});

test('a refused call is logged once, with its status, and changes nothing', async () => {
  const vm = await world.insert();
  await expect(vm.addMetadata({ a: '1' }, { by: world.alice })).rejects.toMatchObject({ status: 403 });
  const denied = entries('instances.setMetadata');
  expect(denied).toHaveLength(1);
  expect(denied[0]?.severity).toBe('ERROR');
  expect(denied[0]?.operation).toBeUndefined();
  expect(payload(denied[0])).toMatchObject({ status: { code: 7 }, authenticationInfo: { principalEmail: world.alice.email } });
  expect(vm.metadata).toEqual({ 'user-data': '#cloud-config\n' });
});

test('an entry that arrives late keeps its timestamp and is invisible until it is received', async () => {
  const vm = await world.insert();
  await vm.addMetadata({ a: '1' }, { auditDelayMs: 90_000 });
  expect(vm.metadata).toMatchObject({ a: '1' });
  world.clock.advanceSeconds(89);
  expect(entries('instances.setMetadata')).toHaveLength(0);
  world.clock.advanceSeconds(1);
  const [late] = entries('instances.setMetadata');
  expect(Date.parse(late?.receiveTimestamp ?? '') - Date.parse(late?.timestamp ?? '')).toBe(90_000);
});

test('what the host does is a system event by system@google.com', async () => {
  const vm = await world.insert();
  await vm.hostEvent('migrateOnHostMaintenance');
  const [entry] = entries('instances.migrateOnHostMaintenance');
  expect(entry?.logName).toBe(`projects/${bobProject}/logs/cloudaudit.googleapis.com%2Fsystem_event`);
  expect(payload(entry)).toMatchObject({ methodName: 'compute.instances.migrateOnHostMaintenance' });
  expect(payload(entry).authenticationInfo.principalEmail).toBe('system@google.com');
});
