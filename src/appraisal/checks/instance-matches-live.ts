import { type Check, passIf, refuse } from '../../base/index.js';
import type { MachineEvidence } from '../evidence.js';
import { millisecondsOf } from '../instants.js';

/** Compute must describe the same VM that the token names: id, name, zone and instant of creation, against a VM made anew under an old name. */
export const instanceMatchesLive: Check<MachineEvidence> = {
  id: 'instance-matches-live',
  question: 'Does Compute describe the approved VM?',
  reason: 'INSTANCE_MISMATCH',
  remedy: 'ask Alice to approve the VM again: it was made anew since the approval',
  healedBy: 'alice',
  comparesWith: ['instanceid', 'instance_name', 'client_zone', 'instance_created_at', 'live:instances.get'],
  judge: ({ instance, record }) => {
    if (instance.id !== record.instanceid) return refuse(`id is ${instance.id}, expected ${record.instanceid}`);
    if (instance.name !== record.instance_name) return refuse(`name is ${instance.name}, expected ${record.instance_name}`);
    if (instance.zone !== record.client_zone) return refuse(`zone is ${instance.zone}, expected ${record.client_zone}`);
    const approved = millisecondsOf(record.instance_created_at);
    return passIf(
      approved !== undefined && millisecondsOf(instance.creationTimestamp) === approved,
      `created at ${instance.creationTimestamp}, expected ${record.instance_created_at}`,
    );
  },
};
