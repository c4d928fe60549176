import { type Check, passIf } from '../../base/index.js';
import type { MachineEvidence } from '../evidence.js';

/** Without user-data the approved init script is not there at all, whatever runs instead. */
export const initScriptPresent: Check<MachineEvidence> = {
  id: 'init-script-present',
  question: 'Does the VM carry an init script (metadata key user-data)?',
  reason: 'INIT_SCRIPT_MISSING',
  remedy: 'make a VM with the approved user-data',
  healedBy: 'bob',
  comparesWith: ['constant:metadata key user-data', 'live:instances.get'],
  judge: ({ instance }) => passIf((instance.metadata.get('user-data') ?? '') !== '', 'no metadata key user-data, or an empty one'),
};
