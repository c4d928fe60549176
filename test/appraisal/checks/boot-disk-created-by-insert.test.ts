import { bootDiskCreatedByInsert } from '../../../src/appraisal/checks/boot-disk-created-by-insert.js';
import { checkTable } from '../check-table.js';
import { createdAtSeconds, disk, evidence, record } from '../evidence-fixture.js';

checkTable(bootDiskCreatedByInsert, [
  ['made with the VM', evidence(), 'pass'],
  ['ten seconds apart', evidence({ bootDisk: disk({ createdAtSeconds: createdAtSeconds - 10 }) }), 'pass'],
  [
    'older than the VM',
    evidence({ bootDisk: disk({ createdAtSeconds: createdAtSeconds - 11 }) }),
    { reason: 'BOOT_DISK_OLDER', healedBy: 'nobody' },
  ],
  ['younger than the VM', evidence({ bootDisk: disk({ createdAtSeconds: createdAtSeconds + 11 }) }), { reason: 'BOOT_DISK_OLDER' }],
  ['another disk', evidence({ bootDisk: disk({ id: '7' }) }), { reason: 'BOOT_DISK_OTHER', healedBy: 'alice' }],
  [
    'a record without an instant',
    evidence({ record: record({ instance_created_at: 'x' }) }),
    { reason: 'BOOT_DISK_OLDER', healedBy: 'alice' },
  ],
  ['a disk without a creation time', evidence({ bootDisk: disk({ createdAtSeconds: Number.NaN }) }), { reason: 'BOOT_DISK_OLDER' }],
]);
