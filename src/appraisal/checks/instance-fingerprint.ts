import { type Check, passIf } from '../../base/index.js';
import type { MachineEvidence } from '../evidence.js';

/** Changes with most edits of the VM. A tripwire only: it covers neither disks nor shared metadata, and nobody promises that it never comes back. */
export const instanceFingerprint: Check<MachineEvidence> = {
  id: 'instance-fingerprint',
  question: 'Does Compute give the approved fingerprint of the VM?',
  reason: 'INSTANCE_CHANGED',
  remedy: 'ask Alice to review and approve the VM again: it was edited since',
  healedBy: 'alice',
  comparesWith: ['image_fingerprint', 'live:instances.get'],
  judge: ({ instance, record }) =>
    passIf(
      instance.fingerprint === record.image_fingerprint,
      `fingerprint is ${instance.fingerprint}, expected ${record.image_fingerprint}`,
    ),
};
