import { changeReason, isHostEvent, isInsert, isReadOnly, methodWithoutVersion } from '../../src/appraisal/audit-methods.js';
import { entry, systemLog } from './evidence-fixture.js';

describe('methods of the audit log', () => {
  it.each(['v1.', 'beta.', 'alpha.', 'v2.', ''])('are the same through the API version "%s"', (version) => {
    expect(methodWithoutVersion(`${version}compute.instances.setMetadata`)).toBe('compute.instances.setMetadata');
    expect(isInsert(`${version}compute.instances.insert`)).toBe(true);
    expect(isReadOnly(`${version}compute.instances.get`)).toBe(true);
  });

  it.each([
    'v1.compute.instances.getAndChange',
    'v1.compute.instances.GET',
    'x.compute.instances.get',
    'v1.beta.compute.instances.get',
    '',
  ])('"%s" is not known to change nothing', (method) => {
    expect(isReadOnly(method)).toBe(false);
    expect(changeReason(method)).toBe('MACHINE_CHANGED');
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
  });
});
