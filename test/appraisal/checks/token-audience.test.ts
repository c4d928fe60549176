import { tokenAudience } from '../../../src/appraisal/checks/token-audience.js';
import { checkTable } from '../check-table.js';
import { claims, evidence, server } from '../evidence-fixture.js';

checkTable(tokenAudience, [
  ['the audience of this server', evidence(), 'pass'],
  ['a token made for another service', evidence({ claims: claims({ audience: 'https://other' }) }), { reason: 'TOKEN_AUDIENCE' }],
  ['a prefix of it', evidence({ claims: claims({ audience: 'https://tokenserve' }) }), { reason: 'TOKEN_AUDIENCE' }],
  [
    'no audience on either side',
    evidence({ claims: claims({ audience: '' }), server: server({ audience: '' }) }),
    { reason: 'TOKEN_AUDIENCE' },
  ],
]);
