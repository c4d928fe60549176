import { bootDiskUntouched } from '../../../src/appraisal/checks/boot-disk-untouched.js';
import { checkTable } from '../check-table.js';
import { createdAtSeconds, disk, evidence } from '../evidence-fixture.js';

checkTable(bootDiskUntouched, [
  ['attached once, at the creation', evidence(), 'pass'],
  ['said to have one writer', evidence({ bootDisk: disk({ accessMode: 'READ_WRITE_SINGLE' }) }), 'pass'],
  ['attached within the call that made it', evidence({ bootDisk: disk({ lastAttachSeconds: createdAtSeconds + 11 }) }), 'pass'],
  [
    'attached a second after that',
    evidence({ bootDisk: disk({ lastAttachSeconds: createdAtSeconds + 12 }) }),
    { reason: 'BOOT_DISK_TOUCHED' },
  ],
  [
    'detached at some time',
    evidence({ bootDisk: disk({ lastDetachSeconds: createdAtSeconds + 600 }) }),
    { reason: 'BOOT_DISK_TOUCHED', healedBy: 'nobody', detail: /detached/ },
  ],
  [
    'attached long after',
    evidence({ bootDisk: disk({ lastAttachSeconds: createdAtSeconds + 600 }) }),
    { reason: 'BOOT_DISK_TOUCHED', detail: /was attached/ },
  ],
  [
    'never attached, they say',
    evidence({ bootDisk: disk({ lastAttachSeconds: undefined }) }),
    { reason: 'BOOT_DISK_TOUCHED', detail: /no attach time/ },
  ],
  ['two users', evidence({ bootDisk: disk({ users: ['a', 'b'] }) }), { reason: 'BOOT_DISK_TOUCHED', detail: /2 users/ }],
  ['no user', evidence({ bootDisk: disk({ users: [] }) }), { reason: 'BOOT_DISK_TOUCHED' }],
  [
    'many writers',
    evidence({ bootDisk: disk({ accessMode: 'READ_WRITE_MANY' }) }),
    { reason: 'BOOT_DISK_TOUCHED', detail: /READ_WRITE_MANY/ },
  ],
  ['replicated', evidence({ bootDisk: disk({ replicated: true }) }), { reason: 'BOOT_DISK_TOUCHED', detail: /replicated/ }],
  ['made from a snapshot', evidence({ bootDisk: disk({ sourceSnapshot: 's' }) }), { reason: 'BOOT_DISK_TOUCHED', detail: /snapshot/ }],
  ['made from another disk', evidence({ bootDisk: disk({ sourceDisk: 'd' }) }), { reason: 'BOOT_DISK_TOUCHED', detail: /another disk/ }],
]);
