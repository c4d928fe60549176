import { instanceMatches } from '../../../src/appraisal/checks/instance-matches.js';
import { checkTable } from '../check-table.js';
import { caller, evidence } from '../evidence-fixture.js';

checkTable(instanceMatches, [
  ['id and name as approved', evidence(), 'pass'],
  ['the same name, made anew', evidence({ caller: caller({ instanceId: '8939838129032687279' }) }), { reason: 'INSTANCE_MISMATCH' }],
  ['the same id under another name', evidence({ caller: caller({ instanceName: 'other' }) }), { reason: 'INSTANCE_MISMATCH' }],
]);
