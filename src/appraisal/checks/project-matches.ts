import { type Check, passIf } from '../../base/index.js';
import type { RecordEvidence } from '../evidence.js';

/** Project id and number: a deleted project id can be taken by somebody else, its number cannot. */
export const projectMatches: Check<RecordEvidence> = {
  id: 'project-matches',
  question: 'Is the VM in the approved project?',
  reason: 'PROJECT_MISMATCH',
  remedy: 'ask Alice to approve the VM again: the approval names another project',
  healedBy: 'alice',
  comparesWith: ['client_project', 'project_number'],
  judge: ({ caller, record }) =>
    passIf(
      caller.projectId === record.client_project && caller.projectNumber === record.project_number,
      `token of ${caller.projectId} (${caller.projectNumber}), expected ${record.client_project} (${record.project_number})`,
    ),
};
