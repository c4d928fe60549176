import { type Check, passIf } from '../../base/index.js';
import type { MachineArrival } from '../evidence.js';

/** Did Google let us look at everything that the checks of this stage need? What may not be seen counts as bad. */
export const permissionsGranted: Check<MachineArrival> = {
  id: 'permissions-granted',
  question: 'May Alice read the VM, its disks, and the metadata of project and zone?',
  reason: 'PERMISSION_MISSING',
  remedy: "grant the roles that Bob's terraform gives to Alice's service account on the project of the VM",
  healedBy: 'bob',
  comparesWith: ['live:instances.get', 'live:disks.get', 'live:projects.get', 'live:instanceSettings.get'],
  judge: ({ machine }) => {
    const lookups = [machine.instance, machine.bootDisk, ...machine.otherDisks, machine.projectMetadata, machine.zoneMetadata];
    const missing = new Set(lookups.flatMap((lookup) => (lookup.kind === 'forbidden' ? [lookup.permission] : [])));
    return passIf(missing.size === 0, `not granted: ${[...missing].join(', ')}`);
  },
};
