import { projectMatches } from '../../../src/appraisal/checks/project-matches.js';
import { checkTable } from '../check-table.js';
import { caller, evidence } from '../evidence-fixture.js';

checkTable(projectMatches, [
  ['id and number as approved', evidence(), 'pass'],
  ['another project', evidence({ caller: caller({ projectId: 'other' }) }), { reason: 'PROJECT_MISMATCH' }],
  ['the same id under another number', evidence({ caller: caller({ projectNumber: '1' }) }), { reason: 'PROJECT_MISMATCH' }],
]);
