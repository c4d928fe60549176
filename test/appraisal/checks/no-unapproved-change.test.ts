import { noUnapprovedChange } from '../../../src/appraisal/checks/no-unapproved-change.js';
import { checkTable, type Row } from '../check-table.js';
import { entry, evidence, history, laterEntry, record, systemLog } from '../evidence-fixture.js';

/** https://cloud.google.com/compute/docs/reference/rest/v1/instances */
const mutating = [
  'addAccessConfig',
  'addNetworkInterface',
  'addResourcePolicies',
  'attachDisk',
  'deleteAccessConfig',
  'detachDisk',
  'reset',
  'resume',
  'sendDiagnosticInterrupt',
  'setIamPolicy',
  'setLabels',
  'setMachineType',
  'setServiceAccount',
  'setTags',
  'simulateMaintenanceEvent',
  'start',
  'stop',
  'suspend',
  'update',
  'updateNetworkInterface',
  'updateShieldedInstanceConfig',
];
const after = (...entries: readonly ReturnType<typeof entry>[]): ReturnType<typeof evidence> => evidence({ history: history(...entries) });
const setMetadata = laterEntry('v1.compute.instances.setMetadata');
const approvedOf = (...entries: readonly ReturnType<typeof entry>[]): ReturnType<typeof record> =>
  record({
    approved_history: entries.map((one) => ({
      log_name: one.logName,
      timestamp: one.timestamp,
      insert_id: one.insertId,
      method: one.methodName,
    })),
  });
const hostEvent = laterEntry('compute.instances.automaticRestart', { logName: systemLog });
const secondHalf = (first: ReturnType<typeof entry>): ReturnType<typeof entry> =>
  entry({
    ...first,
    insertId: 'i2',
    timestamp: '2021-06-22T12:05:31Z',
    operation: { id: first.operation?.id ?? '', first: false, last: true },
  });
const start = laterEntry('v1.compute.instances.start', { operation: { id: 'operation-2', first: true, last: false } });
const ofDisk = (diskId: string): ReturnType<typeof entry> =>
  laterEntry('v1.compute.disks.createSnapshot', { resourceType: 'gce_disk', resourceLabels: { disk_id: diskId } });

checkTable(noUnapprovedChange, [
  ['only the approved insert', evidence(), 'pass'],
  ['metadata was set', after(setMetadata), { reason: 'METADATA_CHANGED', healedBy: 'nobody', detail: /setMetadata by bob@example\.com/ }],
  ...['v1', 'beta', 'alpha', 'v2'].map((version): Row<ReturnType<typeof evidence>> => [
    `metadata was set through the ${version} API`,
    after(laterEntry(`${version}.compute.instances.setMetadata`)),
    { reason: 'METADATA_CHANGED', healedBy: 'nobody' },
  ]),
  ...mutating.map((method): Row<ReturnType<typeof evidence>> => [
    method,
    after(laterEntry(`v1.compute.instances.${method}`)),
    { reason: 'MACHINE_CHANGED', healedBy: 'alice' },
  ]),
  ['a method that did not exist before', after(laterEntry('v1.compute.instances.setBackdoor')), { reason: 'MACHINE_CHANGED' }],
  [
    'somebody at the serial console',
    after(laterEntry('google.ssh-serialport.v1.connect', { serviceName: 'us-central1-ssh-serialport.googleapis.com' })),
    { reason: 'MACHINE_CHANGED' },
  ],
  [
    'project metadata',
    after(
      laterEntry('v1.compute.projects.setCommonInstanceMetadata', {
        resourceType: 'gce_project',
        resourceLabels: { project_id: 'tc-4f4f5a70' },
      }),
    ),
    { reason: 'SHARED_METADATA_CHANGED', healedBy: 'alice' },
  ],
  [
    'zone metadata',
    after(laterEntry('beta.compute.instanceSettings.patch', { resourceType: 'audited_resource', resourceLabels: {} })),
    { reason: 'SHARED_METADATA_CHANGED' },
  ],
  [
    'metadata among other changes is what the caller hears',
    after(laterEntry('v1.compute.instances.setTags'), { ...setMetadata, insertId: 'i10' }),
    { reason: 'METADATA_CHANGED', healedBy: 'nobody' },
  ],
  ['a read', after(laterEntry('v1.compute.instances.getSerialPortOutput')), 'pass'],
  ['a call that failed', after({ ...setMetadata, statusCode: 7 }), 'pass'],
  [
    'a call of which the log does not say whether it failed',
    after({ ...setMetadata, statusCode: undefined }),
    { reason: 'METADATA_CHANGED', healedBy: 'nobody' },
  ],
  ['a change that Alice saw', evidence({ history: history(start), record: approvedOf(entry(), start) }), 'pass'],
  [
    'the same call once more',
    evidence({ history: history(start, { ...start, insertId: 'i10' }), record: approvedOf(entry(), start) }),
    { reason: 'MACHINE_CHANGED' },
  ],
  [
    'an approved entry under another method',
    evidence({ history: history({ ...start, methodName: 'v1.compute.instances.setMetadata' }), record: approvedOf(entry(), start) }),
    { reason: 'METADATA_CHANGED', healedBy: 'nobody' },
  ],
  [
    'an approved entry at another time',
    evidence({ history: history({ ...start, timestamp: '2021-06-22T12:05:30.1Z' }), record: approvedOf(entry(), start) }),
    { reason: 'MACHINE_CHANGED' },
  ],
  [
    'a second half where the approved insert names no operation',
    evidence({
      history: { ...history(), entries: [entry({ operation: undefined }), secondHalf(entry())] },
    }),
    { reason: 'MACHINE_CHANGED' },
  ],
  ['the second half of the insert, late', after(secondHalf(entry())), 'pass'],
  [
    'the second half of another operation',
    after(secondHalf(entry({ operation: { id: 'operation-9', first: true, last: false } }))),
    { reason: 'MACHINE_CHANGED' },
  ],
  [
    'another method under the operation of the insert',
    after({ ...secondHalf(entry()), methodName: 'v1.compute.instances.setMetadata' }),
    { reason: 'METADATA_CHANGED', healedBy: 'nobody' },
  ],
  [
    'a first half under the operation of the insert',
    after({ ...secondHalf(entry()), operation: entry().operation }),
    { reason: 'MACHINE_CHANGED' },
  ],
  [
    'the second half of another approved call',
    evidence({ history: history(start, secondHalf(start)), record: approvedOf(entry(), start) }),
    { reason: 'MACHINE_CHANGED' },
  ],
  ['a restart by the host', after(hostEvent), { reason: 'MACHINE_CHANGED', healedBy: 'alice' }],
  [
    'a restart by the host where Alice allows it',
    evidence({ history: history(hostEvent), record: record({ restart_policy: 'allow' }) }),
    'pass',
  ],
  [
    'a restart by Bob where Alice allows those by the host',
    evidence({ history: history(laterEntry('v1.compute.instances.reset')), record: record({ restart_policy: 'allow' }) }),
    { reason: 'MACHINE_CHANGED' },
  ],
  [
    'a host event in the log of what people do',
    evidence({ history: history({ ...hostEvent, logName: entry().logName }), record: record({ restart_policy: 'allow' }) }),
    { reason: 'MACHINE_CHANGED' },
  ],
  [
    'another event in the system log',
    evidence({
      history: history({ ...hostEvent, methodName: 'compute.instances.guestTerminate' }),
      record: record({ restart_policy: 'allow' }),
    }),
    { reason: 'MACHINE_CHANGED' },
  ],
  ['a snapshot of the boot disk', after(ofDisk('2345678901')), { reason: 'MACHINE_CHANGED' }],
  [
    'a snapshot of an approved data disk',
    evidence({ history: history(ofDisk('77')), record: record({ approved_disk_ids: ['77'] }) }),
    { reason: 'MACHINE_CHANGED' },
  ],
  [
    'a snapshot of the boot disk where the list of disks leaves it out',
    evidence({ history: history(ofDisk('2345678901')), record: record({ approved_disk_ids: ['77'] }) }),
    { reason: 'MACHINE_CHANGED' },
  ],
  [
    'a snapshot of the boot disk, with the id of another VM beside it',
    after({ ...ofDisk('2345678901'), resourceLabels: { disk_id: '2345678901', instance_id: '1' } }),
    { reason: 'MACHINE_CHANGED' },
  ],
  [
    'a change of the VM, with the id of a disk of somebody else beside it',
    after({ ...setMetadata, resourceLabels: { disk_id: '78' } }),
    { reason: 'METADATA_CHANGED', healedBy: 'nobody' },
  ],
  ...['x1', '1x', ' 1'].map((odd): Row<ReturnType<typeof evidence>> => [
    `a change of a VM whose id is no number: "${odd}"`,
    after({ ...setMetadata, resourceLabels: { instance_id: odd } }),
    { reason: 'METADATA_CHANGED', healedBy: 'nobody' },
  ]),
  ['another insert that names no operation', after(entry({ insertId: 'i3', operation: undefined })), { reason: 'MACHINE_CHANGED' }],
  ['a snapshot of a disk of somebody else', after(ofDisk('78')), 'pass'],
  ['a change of another VM', after({ ...setMetadata, resourceLabels: { instance_id: '1' } }), 'pass'],
  [
    'a change of a VM that the entry names in another way',
    after({ ...setMetadata, resourceLabels: { instance_id: 'tokenclient' } }),
    { reason: 'METADATA_CHANGED', healedBy: 'nobody' },
  ],
  ['a snapshot of a disk that the entry does not name', after({ ...ofDisk('78'), resourceLabels: {} }), { reason: 'MACHINE_CHANGED' }],
  [
    'a change of a VM that the entry does not name',
    after({ ...setMetadata, resourceLabels: {} }),
    { reason: 'METADATA_CHANGED', healedBy: 'nobody' },
  ],
]);
