import { onlyApprovedDisks } from '../../../src/appraisal/checks/only-approved-disks.js';
import { checkTable } from '../check-table.js';
import { disk, evidence, instance, record } from '../evidence-fixture.js';

const boot = instance().disks[0]!;
const data = { ...boot, boot: false, source: boot.source!.replace('boot-1', 'data-1') };
const dataDisk = disk({ id: '77', name: 'data-1' });
const withData = instance({ disks: [boot, data] });

checkTable(onlyApprovedDisks, [
  ['the boot disk alone, as approved', evidence(), 'pass'],
  [
    'an approved data disk',
    evidence({ instance: withData, otherDisks: [dataDisk], record: record({ approved_disk_ids: ['2345678901', '77'] }) }),
    'pass',
  ],
  [
    'a boot disk that the list leaves out',
    evidence({ instance: withData, otherDisks: [dataDisk], record: record({ approved_disk_ids: ['77'] }) }),
    { reason: 'DISK_NOT_APPROVED' },
  ],
  ['a disk too many', evidence({ instance: withData, otherDisks: [dataDisk] }), { reason: 'DISK_NOT_APPROVED', detail: /77/ }],
  [
    'an approved disk is missing',
    evidence({ record: record({ approved_disk_ids: ['2345678901', '77'] }) }),
    { reason: 'DISK_NOT_APPROVED' },
  ],
  ['attached, but not read', evidence({ instance: withData }), { reason: 'DISK_NOT_APPROVED', detail: /read/ }],
  [
    'read, but not attached',
    evidence({ instance: withData, otherDisks: [disk({ id: '77', name: 'data-2' })] }),
    { reason: 'DISK_NOT_APPROVED', detail: /read/ },
  ],
  [
    'read and approved, but not attached',
    evidence({ otherDisks: [dataDisk], record: record({ approved_disk_ids: ['2345678901', '77'] }) }),
    { reason: 'DISK_NOT_APPROVED', detail: /read/ },
  ],
  [
    'a persistent disk without a source',
    evidence({ instance: instance({ disks: [{ ...boot, source: undefined }] }) }),
    { reason: 'DISK_NOT_APPROVED', detail: /persistent/ },
  ],
  [
    'the boot disk read is the data disk',
    evidence({ instance: withData, bootDisk: dataDisk, otherDisks: [disk()], record: record({ approved_disk_ids: ['2345678901', '77'] }) }),
    { reason: 'DISK_NOT_APPROVED', detail: /boot disk read/ },
  ],
  [
    'two boot disks',
    evidence({ instance: instance({ disks: [boot, { ...data, boot: true }] }), otherDisks: [dataDisk] }),
    { reason: 'DISK_NOT_APPROVED', detail: /2 boot disks/ },
  ],
  ['no boot disk', evidence({ instance: instance({ disks: [] }) }), { reason: 'DISK_NOT_APPROVED', detail: /0 boot disks/ }],
  [
    'a local SSD',
    evidence({ instance: instance({ disks: [boot, { ...data, type: 'SCRATCH', source: undefined }] }) }),
    { reason: 'DISK_NOT_APPROVED', detail: /persistent/ },
  ],
  [
    'a kind of disk that did not exist before',
    evidence({ instance: instance({ disks: [{ ...boot, type: 'REMOTE' }] }) }),
    { reason: 'DISK_NOT_APPROVED', detail: /persistent/ },
  ],
]);
