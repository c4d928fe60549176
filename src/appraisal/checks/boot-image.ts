import { type Check, passIf } from '../../base/index.js';
import type { MachineEvidence } from '../evidence.js';

/** The id of the image from which the boot disk began; an image name can be given to another image. It says nothing of what the disk holds now. */
export const bootImage: Check<MachineEvidence> = {
  id: 'boot-image',
  question: 'Was the boot disk made from the approved image?',
  reason: 'BOOT_IMAGE',
  remedy: 'make a VM from the approved image, or ask Alice to approve this one',
  healedBy: 'bob',
  comparesWith: ['boot_image_id', 'live:disks.get'],
  judge: ({ bootDisk, record }) =>
    passIf(
      bootDisk.sourceImageId === record.boot_image_id,
      `image ${bootDisk.sourceImageId ?? 'unknown'}, expected ${record.boot_image_id}`,
    ),
};
