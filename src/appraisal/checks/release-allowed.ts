import { type Check, passIf } from '../../base/index.js';
import type { RecordEvidence } from '../evidence.js';

/** A record of policy `observe` collects what a VM proves and never gives anything out. */
export const releaseAllowed: Check<RecordEvidence> = {
  id: 'release-allowed',
  question: 'May anything be released under this record?',
  reason: 'OBSERVE_ONLY',
  remedy: 'ask Alice to approve the VM for release: this approval only collects what the VM proves',
  healedBy: 'alice',
  comparesWith: ['release_policy'],
  judge: ({ record, purpose }) => passIf(purpose === 'attestation' || record.release_policy !== 'observe', 'release_policy is observe'),
};
