import { shieldedIdentityReadable } from '../../../src/appraisal/checks/shielded-identity-readable.js';
import { absent, forbidden } from '../../../src/facts/index.js';
import { checkTable } from '../check-table.js';
import { arrival } from '../evidence-fixture.js';

checkTable(shieldedIdentityReadable, [
  ['Compute names the keys', arrival(), 'pass'],
  [
    'it may not be asked',
    arrival({ shieldedIdentity: forbidden('compute.instances.getShieldedInstanceIdentity') }),
    { reason: 'PERMISSION_MISSING', healedBy: 'bob' },
  ],
  ['there is no such VM', arrival({ shieldedIdentity: absent }), { reason: 'INSTANCE_GONE', healedBy: 'nobody' }],
]);
