import { disksExist } from '../../../src/appraisal/checks/disks-exist.js';
import { absent, found } from '../../../src/facts/index.js';
import { checkTable } from '../check-table.js';
import { arrival, disk, machine } from '../evidence-fixture.js';

checkTable(disksExist, [
  ['everything is there', arrival({ machine: machine({ otherDisks: [found(disk())] }) }), 'pass'],
  ['no boot disk', arrival({ machine: machine({ bootDisk: absent }) }), { reason: 'EVIDENCE_INCOMPLETE', detail: /boot disk/ }],
  [
    'another disk is gone',
    arrival({ machine: machine({ otherDisks: [found(disk()), absent] }) }),
    { reason: 'EVIDENCE_INCOMPLETE', detail: /1 other/ },
  ],
  ['no project metadata', arrival({ machine: machine({ projectMetadata: absent }) }), { reason: 'EVIDENCE_INCOMPLETE' }],
  ['no zone metadata', arrival({ machine: machine({ zoneMetadata: absent }) }), { reason: 'EVIDENCE_INCOMPLETE' }],
]);
