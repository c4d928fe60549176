import { type Check, passIf } from '../../base/index.js';
import type { RecordEvidence } from '../evidence.js';
import { wholeSecondsOf } from '../instants.js';

/** The token carries whole seconds, the record the instant as Compute gave it: only the fraction may differ. */
export const createdAtMatches: Check<RecordEvidence> = {
  id: 'created-at-matches',
  question: 'Was the VM that made the token created at the approved instant?',
  reason: 'CREATION_TIME_MISMATCH',
  remedy: 'ask Alice to approve the VM again: it was made anew since the approval',
  healedBy: 'alice',
  comparesWith: ['instance_created_at'],
  judge: ({ caller, record }) =>
    passIf(
      caller.createdAtSeconds === wholeSecondsOf(record.instance_created_at),
      `token says ${caller.createdAtSeconds}, expected ${record.instance_created_at}`,
    ),
};
