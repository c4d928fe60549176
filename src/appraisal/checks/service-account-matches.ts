import { type Check, passIf } from '../../base/index.js';
import type { RecordEvidence } from '../evidence.js';

/** The service account that the VM ran as when it fetched the token. */
export const serviceAccountMatches: Check<RecordEvidence> = {
  id: 'service-account-matches',
  question: 'Does the VM run as the approved service account?',
  reason: 'SERVICE_ACCOUNT_MISMATCH',
  remedy: 'run the VM as the approved service account, or ask Alice to approve the one it has',
  healedBy: 'alice',
  comparesWith: ['service_account_name'],
  judge: ({ claims, record }) =>
    passIf(claims.email === record.service_account_name, `token of ${claims.email ?? 'nobody'}, expected ${record.service_account_name}`),
};
