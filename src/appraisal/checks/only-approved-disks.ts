import { type Check, passIf, refuse } from '../../base/index.js';
import type { MachineEvidence } from '../evidence.js';

const lastSegment = (url: string): string => url.slice(url.lastIndexOf('/') + 1);

/**
 * Exactly the approved disks: not one more (a payload), not one less, the boot disk among them, and no local SSD, whose contents no id names.
 * What data disks hold is not judged.
 */
export const onlyApprovedDisks: Check<MachineEvidence> = {
  id: 'only-approved-disks',
  question: 'Are the attached disks exactly the approved ones?',
  reason: 'DISK_NOT_APPROVED',
  remedy: 'attach exactly the approved disks, or ask Alice to approve the VM as it is',
  healedBy: 'bob',
  comparesWith: ['approved_disk_ids', 'live:instances.get', 'live:disks.get'],
  judge: ({ instance, bootDisk, otherDisks, record }) => {
    const boots = instance.disks.filter((disk) => disk.boot);
    if (boots.length !== 1) return refuse(`${boots.length} boot disks`);
    const sources = instance.disks.flatMap((disk) =>
      disk.type === 'PERSISTENT' && disk.source !== undefined ? [lastSegment(disk.source)] : [],
    );
    if (sources.length !== instance.disks.length) return refuse('a disk that is not a persistent disk is attached');
    const facts = [bootDisk, ...otherDisks];
    const names = new Set(facts.map((disk) => disk.name));
    if (facts.length !== sources.length || !sources.every((name) => names.has(name)))
      return refuse('the disks read are not the disks attached');
    if (boots[0]?.source === undefined || lastSegment(boots[0].source) !== bootDisk.name)
      return refuse('the boot disk read is not the one attached');
    const live = facts.map((disk) => disk.id).toSorted();
    const approved = record.approved_disk_ids.toSorted();
    return passIf(live.join() === approved.join(), `disks ${live.join(', ')}, expected ${approved.join(', ')}`);
  },
};
