import { type Check, passIf } from '../../base/index.js';
import type { RecordArrival } from '../evidence.js';

/** Is there an approval under the instance id that the token names? Ids are never used again, names are. */
export const recordExists: Check<RecordArrival> = {
  id: 'record-exists',
  question: 'Did Alice approve this instance id?',
  reason: 'INSTANCE_UNKNOWN',
  remedy: 'ask Alice to review and approve this VM with the provisioner',
  healedBy: 'alice',
  comparesWith: ['instanceid'],
  judge: ({ approval }) => passIf(approval !== undefined, 'no provisioning record under this instance id'),
};
