import { rename, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, messageOf } from '../base/index.js';
import { wipeAtExit } from './crash-wipe.js';
import type { Trouble } from './exit-codes.js';
import type { OpenedSecret } from './opened-secret.js';
import { wipeFiles, writeNewFile } from './wiped-files.js';

/** Magic numbers of file systems that live in memory, statfs(2): tmpfs and ramfs. */
const memoryFileSystems: readonly number[] = [0x01021994, 0x858458f6];

/** Files that hold secrets, until they are wiped. */
export interface SecretFiles {
  readonly paths: readonly string[];
  /** Overwrites and removes each file; one that is gone already is no error. */
  wipe(): Promise<void>;
  /** They belong to whoever wanted them now: the end of this process does not wipe them. */
  leave(): void;
}

/**
 * Can secrets be written to this directory? It must exist, be on tmpfs (a disk keeps what was deleted) and hold no file of
 * one of the names.
 * @throws AppError CONFIG_INVALID
 */
export async function checkDirectory(directory: string): Promise<void> {
  let type: number;
  try {
    if (!(await stat(directory)).isDirectory()) throw new AppError('CONFIG_INVALID', `--out ${directory} is not a directory`);
    ({ type } = await statfs(directory));
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('CONFIG_INVALID', `--out ${directory} cannot be used: ${messageOf(error)}`, { cause: error });
  }
  if (!memoryFileSystems.includes(type)) {
    throw new AppError(
      'CONFIG_INVALID',
      `--out ${directory} is on a disk: secrets go to tmpfs only, for example a directory below /dev/shm or /run`,
      { context: { trouble: 'not-in-memory' satisfies Trouble } },
    );
  }
}

/**
 * Writes one file per secret: its name, its bytes, mode 0400. All or none: when one fails, those written before are wiped.
 * A file of an earlier release under the same name is replaced as a whole.
 * @throws AppError CONFIG_INVALID as checkDirectory, and when a file cannot be written.
 */
export async function writeSecretFiles(directory: string, secrets: readonly OpenedSecret[]): Promise<SecretFiles> {
  await checkDirectory(directory);
  const paths: string[] = [];
  const leave = wipeAtExit(paths);
  const files: SecretFiles = {
    paths,
    wipe: async () => {
      await wipeFiles(paths);
      leave();
    },
    leave,
  };
  try {
    for (const { name, value } of secrets) {
      const path = join(directory, name);
      const unfinished = join(directory, `.${name}.new`);
      paths.push(unfinished);
      await writeNewFile(unfinished, value.expose());
      await rename(unfinished, path);
      paths.splice(-1, 1, path);
    }
  } catch (error) {
    await files.wipe();
    throw new AppError('CONFIG_INVALID', `cannot write the secrets to --out ${directory}: ${messageOf(error)}`, { cause: error });
  }
  return files;
}
