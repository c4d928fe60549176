import { type Check, passIf } from '../../base/index.js';
import type { RecordEvidence } from '../evidence.js';

/** Id and name of the VM. The record was looked up by the id, so this also catches a document filed under a wrong id. */
export const instanceMatches: Check<RecordEvidence> = {
  id: 'instance-matches',
  question: 'Is this the approved VM, by id and by name?',
  reason: 'INSTANCE_MISMATCH',
  remedy: 'ask Alice to approve the VM again: the approval names another VM',
  healedBy: 'alice',
  comparesWith: ['instanceid', 'instance_name'],
  judge: ({ caller, record }) =>
    passIf(
      caller.instanceId === record.instanceid && caller.instanceName === record.instance_name,
      `token of ${caller.instanceName} (${caller.instanceId}), expected ${record.instance_name} (${record.instanceid})`,
    ),
};
