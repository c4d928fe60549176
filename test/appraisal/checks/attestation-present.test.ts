import { attestationPresent } from '../../../src/appraisal/checks/attestation-present.js';
import { checkTable } from '../check-table.js';
import { arrival } from '../evidence-fixture.js';

checkTable(attestationPresent, [
  ['the session attested', arrival(), 'pass'],
  ['it did not', arrival({ attestation: undefined }), { reason: 'ATTESTATION_REQUIRED', healedBy: 'bob' }],
]);
