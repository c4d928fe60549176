import { type Check, passIf } from '../../base/index.js';
import type { RecordEvidence } from '../evidence.js';

/** The zone is part of the address under which the live state of the VM is read. */
export const zoneMatches: Check<RecordEvidence> = {
  id: 'zone-matches',
  question: 'Is the VM in the approved zone?',
  reason: 'ZONE_MISMATCH',
  remedy: 'ask Alice to approve the VM again: the approval names another zone',
  healedBy: 'alice',
  comparesWith: ['client_zone'],
  judge: ({ caller, record }) => passIf(caller.zone === record.client_zone, `token of ${caller.zone}, expected ${record.client_zone}`),
};
