import { tokenSignature } from '../../../src/appraisal/checks/token-signature.js';
import { checkTable } from '../check-table.js';
import { arrival } from '../evidence-fixture.js';

checkTable(tokenSignature, [
  ['a token whose signature Google made', arrival(), 'pass'],
  [
    'a bad signature',
    arrival({ token: { claims: undefined, problem: 'bad signature' } }),
    { reason: 'TOKEN_NOT_SIGNED', healedBy: 'bob', detail: /bad signature/ },
  ],
  [
    'a key that Google may have published after we looked heals by itself',
    arrival({ token: { claims: undefined, problem: 'unknown key id' } }),
    { reason: 'TOKEN_NOT_SIGNED', healedBy: 'time' },
  ],
  ['no claims and no word why', arrival({ token: { claims: undefined, problem: undefined } }), { reason: 'TOKEN_NOT_SIGNED' }],
]);
