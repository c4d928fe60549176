import { type Check, passIf } from '../../base/index.js';
import type { CallerEvidence } from '../evidence.js';

/** A token made for another service must not work here: the service that received it could forward it. */
export const tokenAudience: Check<CallerEvidence> = {
  id: 'token-audience',
  question: 'Was the token made for this TokenServer?',
  reason: 'TOKEN_AUDIENCE',
  remedy: 'ask for the identity token with the audience that Alice gave (--tsAudience on both sides)',
  healedBy: 'bob',
  comparesWith: ['flag:tsAudience'],
  judge: ({ claims, server }) =>
    passIf(server.audience !== '' && claims.audience === server.audience, `audience is ${claims.audience}, expected ${server.audience}`),
};
