import { type Check, passIf } from '../../base/index.js';
import type { MachineEvidence } from '../evidence.js';
import { digestsOf } from '../metadata-digests.js';

/**
 * An exact allow list, names and values. It stops keys that were there from the creation on (no audit entry shows them),
 * and keys that change the meaning of an approved one, such as user-data-encoding.
 */
export const metadataInstance: Check<MachineEvidence> = {
  id: 'metadata-instance',
  question: "Is the VM's own metadata exactly what Alice approved?",
  reason: 'METADATA_NOT_APPROVED',
  remedy: 'make a VM with the approved metadata, or ask Alice to approve this one',
  healedBy: 'bob',
  comparesWith: ['approved_metadata', 'live:instances.get'],
  judge: ({ instance, record }) => {
    const approved = new Map(Object.entries(record.approved_metadata));
    const problems = [...approved.keys()].filter((key) => !instance.metadata.has(key)).map((key) => `${key} is missing`);
    for (const [key, digest] of digestsOf(instance.metadata)) {
      const wanted = approved.get(key);
      if (wanted === undefined) problems.push(`${key} is not approved`);
      else if (digest === undefined) problems.push(`${key} has no value`);
      else if (digest !== wanted) problems.push(`${key} has another value`);
    }
    return passIf(problems.length === 0, problems.join('; '));
  },
};
