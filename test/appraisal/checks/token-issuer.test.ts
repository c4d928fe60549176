import { tokenIssuer } from '../../../src/appraisal/checks/token-issuer.js';
import { checkTable } from '../check-table.js';
import { claims, evidence } from '../evidence-fixture.js';

checkTable(tokenIssuer, [
  ['the issuer that Google documents', evidence(), 'pass'],
  ['another issuer', evidence({ claims: claims({ issuer: 'https://evil.example' }) }), { reason: 'TOKEN_ISSUER' }],
  ['the short form', evidence({ claims: claims({ issuer: 'accounts.google.com' }) }), { reason: 'TOKEN_ISSUER' }],
  ['a longer host', evidence({ claims: claims({ issuer: 'https://accounts.google.com.evil.example' }) }), { reason: 'TOKEN_ISSUER' }],
]);
