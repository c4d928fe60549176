import { tokenIsInstance } from '../../../src/appraisal/checks/token-is-instance.js';
import { checkTable } from '../check-table.js';
import { arrival, claims } from '../evidence-fixture.js';

checkTable(tokenIsInstance, [
  ['a token with google.compute_engine', arrival(), 'pass'],
  [
    'a token of a service account key or of generateIdToken',
    arrival({ token: { claims: claims({ instance: undefined }), problem: undefined } }),
    { reason: 'TOKEN_NOT_INSTANCE' },
  ],
  ['no claims at all', arrival({ token: { claims: undefined, problem: 'malformed' } }), { reason: 'TOKEN_NOT_INSTANCE' }],
]);
