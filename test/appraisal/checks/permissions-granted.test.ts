import { permissionsGranted } from '../../../src/appraisal/checks/permissions-granted.js';
import { forbidden, found } from '../../../src/facts/index.js';
import { checkTable } from '../check-table.js';
import { arrival, disk, machine } from '../evidence-fixture.js';

checkTable(permissionsGranted, [
  ['everything may be read', arrival(), 'pass'],
  [
    'not the VM',
    arrival({ machine: machine({ instance: forbidden('compute.instances.get') }) }),
    { reason: 'PERMISSION_MISSING', healedBy: 'bob', detail: /compute\.instances\.get/ },
  ],
  ['not the boot disk', arrival({ machine: machine({ bootDisk: forbidden('compute.disks.get') }) }), { reason: 'PERMISSION_MISSING' }],
  [
    'not another disk',
    arrival({ machine: machine({ otherDisks: [found(disk()), forbidden('compute.disks.get')] }) }),
    { reason: 'PERMISSION_MISSING' },
  ],
  [
    'not the project',
    arrival({ machine: machine({ projectMetadata: forbidden('compute.projects.get') }) }),
    { reason: 'PERMISSION_MISSING' },
  ],
  [
    'not the zone',
    arrival({ machine: machine({ zoneMetadata: forbidden('compute.instanceSettings.get') }) }),
    { reason: 'PERMISSION_MISSING' },
  ],
]);
