import { type Check, passIf } from '../../base/index.js';
import type { MachineArrival } from '../evidence.js';

/** Was there a VM under the approved project, zone and id? */
export const instanceExists: Check<MachineArrival> = {
  id: 'instance-exists',
  question: 'Does the VM still exist?',
  reason: 'INSTANCE_GONE',
  remedy: 'make a new VM and ask Alice to approve it',
  healedBy: 'nobody',
  comparesWith: ['instanceid', 'live:instances.get'],
  judge: ({ machine }) => passIf(machine.instance.kind === 'found', 'instances.get finds no such VM'),
};
