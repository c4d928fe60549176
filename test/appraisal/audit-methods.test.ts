import { changeReason, isHostEvent, isInsert, isReadOnly, methodWithoutVersion } from '../../src/appraisal/audit-methods.js';
import { entry, systemLog } from './evidence-fixture.js';

describe('methods of the audit log', () => {
  it.each(['v1.', 'beta.', 'alpha.', 'v2.', 'v10.', ''])('are the same through the API version "%s"', (version) => {
    expect(methodWithoutVersion(`${version}compute.instances.setMetadata`)).toBe('compute.instances.setMetadata');
    expect(isInsert(`${version}compute.instances.insert`)).toBe(true);
    expect(isReadOnly(`${version}compute.instances.get`)).toBe(true);
  });

  it('a version is one at the front only', () =>
    expect(methodWithoutVersion('google.ssh-serialport.v1.connect')).toBe('google.ssh-serialport.v1.connect'));

  it.each([
    'v1.compute.instances.getAndChange',
    'v1.compute.instances.GET',
    'x.compute.instances.get',
    'xv1.compute.instances.get',
    'v.compute.instances.get',
    'v1xcompute.instances.get',
    'v1.beta.compute.instances.get',
    '',
  ])('"%s" is not known to change nothing', (method) => {
    expect(isReadOnly(method)).toBe(false);
    expect(changeReason(method)).toBe('MACHINE_CHANGED');
  });

  // https://cloud.google.com/compute/docs/logging/audit-logging: the methods of type DATA_READ and ADMIN_READ on what concerns a VM.
  it.each([
    ...['get', 'list', 'aggregatedList', 'getEffectiveFirewalls', 'getGuestAttributes', 'getIamPolicy', 'getScreenshot']
      .concat('getSerialPortOutput', 'getShieldedInstanceIdentity', 'getShieldedVmIdentity', 'listReferrers', 'testIamPermissions')
      .map((method) => `instances.${method}`),
    ...['get', 'list', 'aggregatedList', 'getIamPolicy', 'testIamPermissions'].map((method) => `disks.${method}`),
    ...['get', 'getXpnHost', 'getXpnResources', 'listXpnHosts'].map((method) => `projects.${method}`),
    'instanceSettings.get',
  ])('%s reads only', (method) => expect(isReadOnly(`v1.compute.${method}`)).toBe(true));

  // https://cloud.google.com/compute/docs/logging/audit-logging#system_event
  it.each(['automaticRestart', 'hostError', 'migrateOnHostMaintenance', 'terminateOnHostMaintenance'])('%s is done by the host', (method) =>
    expect(isHostEvent(entry({ methodName: `compute.instances.${method}`, logName: systemLog }))).toBe(true),
  );

  it.each([
    ['instances.setMetadata', 'METADATA_CHANGED'],
    ['projects.setCommonInstanceMetadata', 'SHARED_METADATA_CHANGED'],
    ['instanceSettings.patch', 'SHARED_METADATA_CHANGED'],
    ['instances.stop', 'MACHINE_CHANGED'],
  ])('%s is %s', (method, reason) => {
    expect(isReadOnly(`v1.compute.${method}`)).toBe(false);
    expect(changeReason(`v1.compute.${method}`)).toBe(reason);
  });

  it('inserts of other things are not the insert of a VM', () => {
    expect(['v1.compute.disks.insert', 'v1.compute.instances.bulkInsert', 'v1.compute.instances.insertMore'].filter(isInsert)).toEqual([]);
  });

  it('a host event is one by its log, not by its name', () => {
    const event = entry({ methodName: 'compute.instances.hostError', logName: systemLog });
    expect(isHostEvent(event)).toBe(true);
    expect(isHostEvent({ ...event, logName: entry().logName })).toBe(false);
    expect(isHostEvent({ ...event, logName: `projects/p/logs/x/logs/cloudaudit.googleapis.com%2Fsystem_event` })).toBe(false);
    expect(isHostEvent({ ...event, logName: `${systemLog}x` })).toBe(false);
    expect(isHostEvent({ ...event, logName: `x${systemLog}` })).toBe(false);
    expect(isHostEvent({ ...event, logName: 'projects//logs/cloudaudit.googleapis.com%2Fsystem_event' })).toBe(false);
  });
});
