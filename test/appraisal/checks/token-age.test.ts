import { tokenAge } from '../../../src/appraisal/checks/token-age.js';
import { checkTable } from '../check-table.js';
import { claims, evidence, nowSeconds } from '../evidence-fixture.js';

checkTable(tokenAge, [
  ['ten seconds old', evidence(), 'pass'],
  ['as old as allowed', evidence({ claims: claims({ issuedAtSeconds: nowSeconds - 30 }) }), 'pass'],
  ['one second older', evidence({ claims: claims({ issuedAtSeconds: nowSeconds - 31 }) }), { reason: 'TOKEN_TOO_OLD', detail: /31 s ago/ }],
  ['from the future by the clock skew', evidence({ claims: claims({ issuedAtSeconds: nowSeconds + 5 }) }), 'pass'],
  [
    'from the future by more',
    evidence({ claims: claims({ issuedAtSeconds: nowSeconds + 6 }) }),
    { reason: 'TOKEN_TOO_OLD', detail: /future/ },
  ],
  ['expired', evidence({ claims: claims({ expiresAtSeconds: nowSeconds }) }), { reason: 'TOKEN_TOO_OLD', detail: /expired/ }],
  ['no number', evidence({ claims: claims({ issuedAtSeconds: Number.NaN }) }), { reason: 'TOKEN_TOO_OLD' }],
]);
