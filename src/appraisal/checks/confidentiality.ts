import { type Check, passIf, refuse } from '../../base/index.js';
import type { MachineEvidence } from '../evidence.js';

/**
 * The token says whether the VM is confidential, Compute says of which type; both must agree with the record. What Compute calls by a
 * name that is unknown here is not taken for any of the types.
 */
export const confidentiality: Check<MachineEvidence> = {
  id: 'confidentiality',
  question: 'Is the VM of the approved confidential computing type, by token and by Compute?',
  reason: 'CONFIDENTIAL_TYPE',
  remedy: 'make a VM of the approved confidential computing type, or ask Alice to approve this one',
  healedBy: 'bob',
  comparesWith: ['confidential_type', 'live:instances.get'],
  judge: ({ instance, caller, record }) => {
    const claim = record.confidential_type === 'NONE' ? 0 : 1;
    if (caller.confidentiality !== claim) return refuse(`the token says ${caller.confidentiality}, expected ${claim}`);
    return passIf(
      instance.confidentialType === record.confidential_type,
      `type is ${instance.confidentialType}, expected ${record.confidential_type}`,
    );
  },
};
