import { type Check, passIf } from '../../base/index.js';
import type { CallerArrival } from '../evidence.js';

/** Only the metadata server of a VM puts `google.compute_engine` into a token; a token made with the IAM Credentials API has none. */
export const tokenIsInstance: Check<CallerArrival> = {
  id: 'token-is-instance',
  question: 'Was the token made by the metadata server of a VM, in the full format?',
  reason: 'TOKEN_NOT_INSTANCE',
  remedy: 'fetch the identity token from the metadata server with format=full',
  healedBy: 'bob',
  comparesWith: ['constant:claim google.compute_engine'],
  judge: ({ token }) => passIf(token.claims?.instance !== undefined, 'the token has no google.compute_engine claims'),
};
