import { type Check, passIf } from '../../base/index.js';
import type { MachineEvidence } from '../evidence.js';
import type { DiskFacts } from '../../facts/index.js';
import { creationWindowSeconds } from '../instants.js';

function problemsOf(disk: DiskFacts): readonly string[] {
  const attached = disk.lastAttachSeconds;
  const rules: readonly (readonly [boolean, string])[] = [
    [disk.lastDetachSeconds === undefined, `was detached at ${disk.lastDetachSeconds ?? 0}`],
    [attached !== undefined, 'has no attach time'],
    [Math.abs((attached ?? disk.createdAtSeconds) - disk.createdAtSeconds) <= creationWindowSeconds, `was attached at ${attached ?? 0}`],
    [disk.users.length === 1, `has ${disk.users.length} users`],
    [disk.accessMode === undefined || disk.accessMode === 'READ_WRITE_SINGLE', `has access mode ${disk.accessMode ?? ''}`],
    [!disk.replicated, 'is replicated'],
    [disk.sourceSnapshot === undefined, 'was made from a snapshot'],
    [disk.sourceDisk === undefined, 'was made from another disk'],
  ];
  return rules.filter(([holds]) => !holds).map(([, problem]) => problem);
}

/**
 * The boot disk must never have been in another VM, have no second writer or replica, and no other origin than its image.
 * A plain disk has no access mode in the answer; then it is a single-writer disk.
 */
export const bootDiskUntouched: Check<MachineEvidence> = {
  id: 'boot-disk-untouched',
  question: 'Was the boot disk never outside this VM?',
  reason: 'BOOT_DISK_TOUCHED',
  remedy: 'make a new VM and ask Alice to approve it: what this disk holds cannot be known any more',
  healedBy: 'nobody',
  comparesWith: ['constant:no detach, one user, one writer, no copy', 'live:disks.get'],
  judge: ({ bootDisk }) => {
    const problems = problemsOf(bootDisk);
    return passIf(problems.length === 0, `the boot disk ${problems.join(', ')}`);
  },
};
