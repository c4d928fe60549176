import { serviceAccountMatches } from '../../../src/appraisal/checks/service-account-matches.js';
import { checkTable } from '../check-table.js';
import { claims, evidence } from '../evidence-fixture.js';

checkTable(serviceAccountMatches, [
  ['the approved account', evidence(), 'pass'],
  [
    'another account',
    evidence({ claims: claims({ email: 'other@tc-4f4f5a70.iam.gserviceaccount.com' }) }),
    { reason: 'SERVICE_ACCOUNT_MISMATCH' },
  ],
  ['no account', evidence({ claims: claims({ email: undefined }) }), { reason: 'SERVICE_ACCOUNT_MISMATCH' }],
]);
