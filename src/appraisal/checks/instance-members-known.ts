import { type Check, passIf } from '../../base/index.js';
import type { MachineEvidence } from '../evidence.js';

/** How a record exempts one member: an entry `instance-member:NAME` of waived_findings. */
const waiverOf = (member: string): string => `instance-member:${member}`;

/** Compute may learn to do something to a VM that no check here knows. Each such member needs an explicit exemption by Alice. */
export const instanceMembersKnown: Check<MachineEvidence> = {
  id: 'instance-members-known',
  question: 'Is every member of the live description known here or exempted by Alice?',
  reason: 'INSTANCE_MEMBER_UNKNOWN',
  remedy: 'ask Alice to look at the new member and to approve the VM again, or to update the TokenServer',
  healedBy: 'alice',
  comparesWith: ['waived_findings', 'live:instances.get'],
  judge: ({ instance, record }) => {
    const unknown = instance.unknownMembers.filter((member) => !record.waived_findings.includes(waiverOf(member)));
    return passIf(unknown.length === 0, `unknown members: ${unknown.join(', ')}`);
  },
};
