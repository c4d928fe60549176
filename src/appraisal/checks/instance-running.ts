import { type Check, pass, refuse } from '../../base/index.js';
import type { MachineEvidence } from '../evidence.js';

const startingStates: readonly string[] = ['PROVISIONING', 'STAGING'];

/** A VM that stops, is suspended or under repair is in hands other than those of its own system. An unknown state is none. */
export const instanceRunning: Check<MachineEvidence> = {
  id: 'instance-running',
  question: 'Is the VM running?',
  reason: 'INSTANCE_NOT_RUNNING',
  remedy: 'start the VM; a restart after the approval may need a new approval',
  healedBy: 'bob',
  comparesWith: ['constant:status RUNNING', 'live:instances.get'],
  judge: ({ instance }) => {
    if (instance.status === 'RUNNING') return pass;
    return refuse(`status is ${instance.status}`, startingStates.includes(instance.status) ? { healedBy: 'time' } : {});
  },
};
