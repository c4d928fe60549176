import { emailVerified } from '../../../src/appraisal/checks/email-verified.js';
import { checkTable } from '../check-table.js';
import { claims, evidence } from '../evidence-fixture.js';

checkTable(emailVerified, [
  ['a verified address', evidence(), 'pass'],
  ['not verified', evidence({ claims: claims({ emailVerified: false }) }), { reason: 'TOKEN_EMAIL' }],
  ['not said to be verified', evidence({ claims: claims({ emailVerified: undefined }) }), { reason: 'TOKEN_EMAIL' }],
  ['no address', evidence({ claims: claims({ email: undefined }) }), { reason: 'TOKEN_EMAIL' }],
  ['an empty address', evidence({ claims: claims({ email: '' }) }), { reason: 'TOKEN_EMAIL' }],
]);
