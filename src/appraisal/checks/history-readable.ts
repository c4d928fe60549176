import { type Check, passIf } from '../../base/index.js';
import type { HistoryArrival } from '../evidence.js';

/** An audit log that may not be read says nothing, and nothing is not a clean history. */
export const historyReadable: Check<HistoryArrival> = {
  id: 'history-readable',
  question: "Could the audit log of the VM's project be read?",
  reason: 'PERMISSION_MISSING',
  remedy: "grant the roles that Bob's terraform gives to Alice's service account on the project of the VM",
  healedBy: 'bob',
  comparesWith: ['live:entries.list'],
  judge: ({ history }) =>
    passIf(history.kind === 'found', history.kind === 'forbidden' ? `not granted: ${history.permission}` : 'the project has no audit log'),
};
