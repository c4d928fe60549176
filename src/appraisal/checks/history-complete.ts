import { type Check, passIf, refuse } from '../../base/index.js';
import type { HistoryEvidence } from '../evidence.js';
import { isInsert } from '../audit-methods.js';
import { millisecondsOf } from '../instants.js';

/**
 * The read must have reached its end, begin no later than where the person who approved stopped reading, and (for a release) end after the
 * session was opened. And the record must hold the insert entry: it anchors the history at the creation of the VM.
 */
export const historyComplete: Check<HistoryEvidence> = {
  id: 'history-complete',
  question: 'Does the audit log read, with what Alice saw, cover the whole life of the VM?',
  reason: 'HISTORY_INCOMPLETE',
  remedy: 'ask Alice to review and approve the VM again, so that less history is left to read',
  healedBy: 'alice',
  comparesWith: ['history_checked_until', 'approved_history', 'live:entries.list'],
  judge: ({ history, record, openedAtSeconds, settleRequired }) => {
    if (!history.complete) return refuse('the read was ended by its page limit');
    const [from, until, checked] = [history.from, history.until, record.history_checked_until].map(millisecondsOf);
    if (from === undefined || until === undefined || checked === undefined) return refuse('a bound of the history is no instant');
    if (from > checked) return refuse(`read from ${history.from}, but checked only until ${record.history_checked_until}`);
    if (settleRequired && until < openedAtSeconds * 1000) return refuse(`read until ${history.until}, before the session was opened`);
    return passIf(
      record.approved_history.some((entry) => isInsert(entry.method)),
      'the record holds no insert entry',
    );
  },
};
