import { stat } from 'node:fs/promises';
import { AppError } from '../base/index.js';

/**
 * Why a TPM device could not be opened or used, in words a person can act on: the path, and for a missing permission
 * its mode, owner and group and who we are.
 */
export async function deviceFailure(path: string, error: unknown): Promise<AppError> {
  const errno = errnoOf(error);
  return new AppError('TPM_UNAVAILABLE', `${path}: ${await explain(path, errno)}`, { cause: error, context: { path, errno } });
}

async function explain(path: string, errno: string): Promise<string> {
  switch (errno) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'no such TPM device; enable vTPM in the Shielded VM settings, and start a container with --device /dev/tpmrm0';
    case 'EACCES':
    case 'EPERM':
      return `no permission (${await ownership(path)}); run as root or in the group of the device (often tss), and start a container with --device ${path}`;
    case 'EBUSY':
      return 'busy: another program has it open, or left a response unread; use /dev/tpmrm0, which programs can share, or stop the other program';
    case 'ENODEV':
    case 'ENXIO':
      return 'there is a file but no TPM driver behind it; load the driver (modprobe tpm_crb or tpm_tis) or recreate the container with --device';
    case 'ENOMEM':
      return 'the resource manager of the kernel has no free slot for another object or session; close other users of the TPM and try again';
    case 'ETIME':
    case 'ETIMEDOUT':
      return 'the TPM did not answer the driver in time; try again, and restart the machine if it stays silent';
    default:
      return `cannot be used (${errno})`;
  }
}

/** "mode 0660, uid 0, gid 109; this process is uid 1000, gid 1000, groups 4 27" */
async function ownership(path: string): Promise<string> {
  const me = `this process is uid ${process.geteuid?.() ?? '?'}, gid ${process.getegid?.() ?? '?'}, groups ${process.getgroups?.().join(' ') ?? '?'}`;
  try {
    const { mode, uid, gid } = await stat(path);
    return `mode ${(mode & 0o7777).toString(8).padStart(4, '0')}, uid ${uid}, gid ${gid}; ${me}`;
  } catch {
    return `its owner is hidden from us; ${me}`;
  }
}

/** The error name of the operating system, or `unknown`. */
export function errnoOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'unknown';
}
