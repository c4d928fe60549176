import { access } from 'node:fs/promises';
import { AppError } from '../base/index.js';

/** The device with the resource manager of the kernel first: programs can share it, and it flushes what they leave. */
const devices = ['/dev/tpmrm0', '/dev/tpm0'] as const;

/** The TPM device of this machine: `/dev/tpmrm0`, or `/dev/tpm0` where a kernel has no resource manager. @throws AppError TPM_UNAVAILABLE */
export async function findTpmDevice(candidates: readonly string[] = devices): Promise<string> {
  for (const path of candidates) {
    try {
      await access(path);
      return path;
    } catch {
      continue;
    }
  }
  throw new AppError(
    'TPM_UNAVAILABLE',
    `there is no TPM device (${candidates.join(', ')}); enable vTPM in the Shielded VM settings, and start a container with --device /dev/tpmrm0`,
  );
}
