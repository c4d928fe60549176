import { type Check, passIf } from '../../base/index.js';
import type { CallerEvidence } from '../evidence.js';

/** Google says of its service accounts that the address is verified; a token that does not say so names nobody. */
export const emailVerified: Check<CallerEvidence> = {
  id: 'email-verified',
  question: 'Does Google vouch for the email address in the token?',
  reason: 'TOKEN_EMAIL',
  remedy: 'attach a service account to the VM',
  healedBy: 'bob',
  comparesWith: ['constant:email_verified true'],
  judge: ({ claims }) =>
    passIf(claims.emailVerified === true && claims.email !== undefined && claims.email !== '', 'the token has no verified email address'),
};
