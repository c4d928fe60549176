import { type Check, passIf, skip } from '../../base/index.js';
import type { HistoryEvidence } from '../evidence.js';

/**
 * Audit entries arrive late. A release waits, from the opening of its session on, so that a change made just before shows up.
 * Google promises no bound; the wait makes a late entry unlikely, not impossible.
 */
export const historySettled: Check<HistoryEvidence> = {
  id: 'history-settled',
  question: 'Did the session wait long enough for late audit entries?',
  reason: 'SETTLING',
  remedy: 'wait and ask again: audit entries of the last minutes may still arrive',
  healedBy: 'time',
  comparesWith: ['flag:settleSeconds'],
  judge: ({ settleRequired, nowSeconds, openedAtSeconds, server }) => {
    if (!settleRequired) return skip('nothing is released by this call');
    const waited = nowSeconds - openedAtSeconds;
    return passIf(waited >= server.settleSeconds, `the session is ${waited} s old, it waits ${server.settleSeconds} s`);
  },
};
