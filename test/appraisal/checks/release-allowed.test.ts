import { releaseAllowed } from '../../../src/appraisal/checks/release-allowed.js';
import { checkTable } from '../check-table.js';
import { evidence, record } from '../evidence-fixture.js';

checkTable(releaseAllowed, [
  ['an attested record', evidence(), 'pass'],
  ['an identity record', evidence({ record: record({ release_policy: 'identity' }) }), 'pass'],
  [
    'an observing record gives nothing out',
    evidence({ record: record({ release_policy: 'observe' }) }),
    { reason: 'OBSERVE_ONLY', healedBy: 'alice' },
  ],
  ['an observing record may attest', evidence({ record: record({ release_policy: 'observe' }), purpose: 'attestation' }), 'pass'],
]);
