import { type Check, passIf, refuse } from '../../base/index.js';
import type { MachineEvidence } from '../evidence.js';
import { creationWindowSeconds, wholeSecondsOf } from '../instants.js';

/**
 * A disk that is older than its VM was somewhere else before. The disk must be the approved one and as old as the VM,
 * give or take what one insert call takes.
 */
export const bootDiskCreatedByInsert: Check<MachineEvidence> = {
  id: 'boot-disk-created-by-insert',
  question: 'Was the boot disk made together with the VM?',
  reason: 'BOOT_DISK_OLDER',
  remedy: 'make a VM together with its boot disk, from the approved image',
  healedBy: 'nobody',
  comparesWith: ['boot_disk_id', 'instance_created_at', 'live:disks.get'],
  judge: ({ bootDisk, record }) => {
    if (bootDisk.id !== record.boot_disk_id)
      return refuse(`disk ${bootDisk.id}, expected ${record.boot_disk_id}`, { reason: 'BOOT_DISK_OTHER', healedBy: 'alice' });
    const created = wholeSecondsOf(record.instance_created_at);
    if (created === undefined) return refuse('instance_created_at of the record is no instant', { healedBy: 'alice' });
    const seconds = Math.abs(bootDisk.createdAtSeconds - created);
    return passIf(seconds <= creationWindowSeconds, `disk and VM were made ${seconds} s apart`);
  },
};
