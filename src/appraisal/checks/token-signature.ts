import { type Check, pass, refuse } from '../../base/index.js';
import type { CallerArrival } from '../evidence.js';

/** Did Google sign this token? The same keys sign every Google ID token, so this alone says little. */
export const tokenSignature: Check<CallerArrival> = {
  id: 'token-signature',
  question: 'Is the bearer token an ID token that Google signed?',
  reason: 'TOKEN_NOT_SIGNED',
  remedy: 'fetch a fresh identity token from the metadata server of the VM and send it unchanged as a bearer token',
  healedBy: 'bob',
  comparesWith: ['constant:RS256 by a key of https://www.googleapis.com/oauth2/v3/certs'],
  judge: ({ token }) => {
    if (token.claims !== undefined) return pass;
    const problem = token.problem ?? 'no claims';
    return /unknown key/i.test(problem) ? refuse(problem, { healedBy: 'time' }) : refuse(problem);
  },
};
