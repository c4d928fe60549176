import { type Check, pass, refuse } from '../../base/index.js';
import type { RecordEvidence } from '../evidence.js';

const secondsOf = (instant: Date): number => instant.getTime() / 1000;

/** Is the approval in force: begun, not over, not revoked, and with a release left? A session that only attests needs no release left. */
export const recordCurrent: Check<RecordEvidence> = {
  id: 'record-current',
  question: 'Is the approval in force?',
  reason: 'APPROVAL_EXPIRED',
  remedy: 'ask Alice to approve the VM again or to extend the approval',
  healedBy: 'alice',
  comparesWith: ['not_before', 'not_after', 'max_releases', 'approval_digest'],
  judge: ({ record, revoked, releasesUsed, nowSeconds, purpose }) => {
    if (revoked !== undefined) return refuse(`revoked: ${revoked.why}`, { reason: 'APPROVAL_REVOKED' });
    if (!(nowSeconds >= secondsOf(record.not_before))) {
      return refuse(`approved from ${record.not_before.toISOString()}`, { reason: 'APPROVAL_NOT_YET_VALID', healedBy: 'time' });
    }
    if (!(nowSeconds < secondsOf(record.not_after))) return refuse(`approved until ${record.not_after.toISOString()}`);
    if (purpose === 'attestation' || record.max_releases === 'unlimited') return pass;
    if (releasesUsed < record.max_releases) return pass;
    return refuse(`${releasesUsed} of ${record.max_releases} releases are used`, { reason: 'RELEASES_USED_UP' });
  },
};
