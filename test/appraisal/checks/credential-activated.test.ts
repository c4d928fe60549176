import { credentialActivated } from '../../../src/appraisal/checks/credential-activated.js';
import { checkTable } from '../check-table.js';
import { attestation, evidence } from '../evidence-fixture.js';

checkTable(credentialActivated, [
  ['activated', evidence(), 'pass'],
  ['not activated', evidence({ attestation: attestation({ credentialActivated: false }) }), { reason: 'CREDENTIAL_NOT_ACTIVATED' }],
]);
