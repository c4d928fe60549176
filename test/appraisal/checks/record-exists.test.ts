import { recordExists } from '../../../src/appraisal/checks/record-exists.js';
import { checkTable } from '../check-table.js';
import { arrival } from '../evidence-fixture.js';

checkTable(recordExists, [
  ['an approval under the id', arrival(), 'pass'],
  ['none', arrival({ approval: undefined }), { reason: 'INSTANCE_UNKNOWN', healedBy: 'alice' }],
]);
