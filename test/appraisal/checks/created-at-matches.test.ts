import { createdAtMatches } from '../../../src/appraisal/checks/created-at-matches.js';
import { checkTable } from '../check-table.js';
import { caller, createdAtSeconds, evidence, record } from '../evidence-fixture.js';

checkTable(createdAtMatches, [
  ['the second of the approved instant', evidence(), 'pass'],
  ['one second later', evidence({ caller: caller({ createdAtSeconds: createdAtSeconds + 1 }) }), { reason: 'CREATION_TIME_MISMATCH' }],
  ['one second earlier', evidence({ caller: caller({ createdAtSeconds: createdAtSeconds - 1 }) }), { reason: 'CREATION_TIME_MISMATCH' }],
  ['a record without an instant', evidence({ record: record({ instance_created_at: 'yesterday' }) }), { reason: 'CREATION_TIME_MISMATCH' }],
]);
