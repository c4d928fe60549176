import { chmodSync, closeSync, fstatSync, openSync, rmSync, writeSync, constants } from 'node:fs';

/** Lists of files that hold secrets now. They grow and change while their owner writes. */
const held = new Set<readonly string[]>();

/** From now on `wipeHeldFiles` wipes what is in this list. @returns ends that. */
export function wipeAtExit(paths: readonly string[]): () => void {
  held.add(paths);
  return () => void held.delete(paths);
}

/**
 * Overwrites and removes every file that is still held, without waiting for anything: for the `exit` event of a process that
 * ends by a mistake. Nothing runs after SIGKILL: then the files live as long as their tmpfs.
 */
export function wipeHeldFiles(): void {
  for (const paths of held) for (const path of paths) wipeNow(path);
  held.clear();
}

function wipeNow(path: string): void {
  try {
    chmodSync(path, 0o600);
    const file = openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      writeSync(file, Buffer.alloc(fstatSync(file).size));
    } finally {
      closeSync(file);
    }
  } catch {
    // What cannot be overwritten is still removed.
  }
  rmSync(path, { force: true, recursive: true });
}
