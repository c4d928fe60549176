import { zoneMatches } from '../../../src/appraisal/checks/zone-matches.js';
import { checkTable } from '../check-table.js';
import { caller, evidence } from '../evidence-fixture.js';

checkTable(zoneMatches, [
  ['the approved zone', evidence(), 'pass'],
  ['another zone', evidence({ caller: caller({ zone: 'us-central1-b' }) }), { reason: 'ZONE_MISMATCH' }],
]);
