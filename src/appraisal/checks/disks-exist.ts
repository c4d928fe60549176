import { type Check, passIf } from '../../base/index.js';
import type { MachineArrival } from '../evidence.js';

/** A disk that is attached but cannot be read may be going away; project and zone metadata always exist in a project that does. */
export const disksExist: Check<MachineArrival> = {
  id: 'disks-exist',
  question: 'Could every attached disk and every level of metadata be read?',
  reason: 'EVIDENCE_INCOMPLETE',
  remedy: 'wait until no disk of the VM is being attached, detached or deleted',
  healedBy: 'time',
  comparesWith: ['live:disks.get', 'live:projects.get', 'live:instanceSettings.get'],
  judge: ({ machine }) => {
    const lookups = { 'boot disk': machine.bootDisk, 'project metadata': machine.projectMetadata, 'zone metadata': machine.zoneMetadata };
    const missing = Object.entries(lookups).flatMap(([name, lookup]) => (lookup.kind === 'found' ? [] : [name]));
    const disks = machine.otherDisks.filter((disk) => disk.kind !== 'found').length;
    return passIf(missing.length === 0 && disks === 0, `not found: ${[...missing, `${disks} other disks`].join(', ')}`);
  },
};
