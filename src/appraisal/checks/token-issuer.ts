import { type Check, passIf } from '../../base/index.js';
import type { CallerEvidence } from '../evidence.js';

const issuer = 'https://accounts.google.com';

/** The issuer that Google documents, with its scheme; the short form of old tokens is not accepted. */
export const tokenIssuer: Check<CallerEvidence> = {
  id: 'token-issuer',
  question: 'Is the issuer of the token Google Accounts?',
  reason: 'TOKEN_ISSUER',
  remedy: 'fetch the identity token from the metadata server of the VM',
  healedBy: 'bob',
  comparesWith: ['constant:https://accounts.google.com'],
  judge: ({ claims }) => passIf(claims.issuer === issuer, `issuer is ${claims.issuer}`),
};
