import { constants } from 'node:fs';
import { open, rm } from 'node:fs/promises';

/**
 * Writes a file that only its owner can read; one that is there already is replaced, never written into or followed.
 * @throws Error of the system.
 */
export async function writeNewFile(path: string, bytes: Buffer, mode: 0o400 | 0o500 = 0o400): Promise<void> {
  await rm(path, { force: true });
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const file = await open(path, flags, mode);
  try {
    await file.writeFile(bytes);
  } finally {
    await file.close();
  }
}

/**
 * Overwrites and removes each file, and whatever stands in its place now; one that is gone already is no error.
 * @throws Error of the system for the first that cannot be removed, after all others were.
 */
export async function wipeFiles(paths: readonly string[]): Promise<void> {
  const failures: unknown[] = [];
  for (const path of paths) {
    // What cannot be overwritten is still removed.
    await overwrite(path).catch(() => undefined);
    await rm(path, { force: true, recursive: true }).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

/** Zeros over the whole file. Its mode forbids writing, so its owner has to allow it first. */
async function overwrite(path: string): Promise<void> {
  // A workload may have put a pipe there, whose opening would wait for a writer.
  const readable = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const status = await readable.stat();
    if (!status.isFile()) return;
    const { size } = status;
    await readable.chmod(0o600);
    const writable = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW);
    try {
      await writable.writeFile(Buffer.alloc(size));
    } finally {
      await writable.close();
    }
  } finally {
    await readable.close();
  }
}
