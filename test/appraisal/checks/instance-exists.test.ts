import { instanceExists } from '../../../src/appraisal/checks/instance-exists.js';
import { absent, forbidden } from '../../../src/facts/index.js';
import { checkTable } from '../check-table.js';
import { arrival, machine } from '../evidence-fixture.js';

checkTable(instanceExists, [
  ['a VM', arrival(), 'pass'],
  ['none', arrival({ machine: machine({ instance: absent }) }), { reason: 'INSTANCE_GONE', healedBy: 'nobody' }],
  [
    'one that may not be seen is not known to exist',
    arrival({ machine: machine({ instance: forbidden('compute.instances.get') }) }),
    { reason: 'INSTANCE_GONE' },
  ],
]);
