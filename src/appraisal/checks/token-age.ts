import { type Check, passIf, refuse } from '../../base/index.js';
import type { CallerEvidence } from '../evidence.js';

/** A token lives for an hour by itself; a stolen one must not. A clock of ours that is behind may see a token from the near future. Its end (exp) is strict. */
export const tokenAge: Check<CallerEvidence> = {
  id: 'token-age',
  question: 'Was the token made a moment ago?',
  reason: 'TOKEN_TOO_OLD',
  remedy: 'fetch a fresh identity token for each request, and check the clock of the TokenServer if that does not help',
  healedBy: 'time',
  comparesWith: ['flag:jwtIssuedAtJitter', 'flag:clockSkewSeconds', 'constant:exp has not come, without any skew'],
  judge: ({ claims, nowSeconds, server }) => {
    const age = nowSeconds - claims.issuedAtSeconds;
    if (!(claims.expiresAtSeconds > nowSeconds)) return refuse(`expired ${nowSeconds - claims.expiresAtSeconds} s ago`);
    if (age < -server.clockSkewSeconds)
      return refuse(`issued ${-age} s in the future, the clocks may differ by ${server.clockSkewSeconds} s`);
    return passIf(age <= server.maxTokenAgeSeconds, `issued ${age} s ago, at most ${server.maxTokenAgeSeconds} s are allowed`);
  },
};
