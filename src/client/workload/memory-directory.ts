import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { AppError } from '../../base/index.js';
import type { Trouble } from '../exit-codes.js';
import { checkDirectory } from '../secret-files.js';

/** Directories of Linux that are tmpfs. */
const memoryDirectories = ['/dev/shm', '/run'] as const;

/** Where files with secrets go unless --out says so. @throws AppError CONFIG_INVALID when neither is in memory and ours to write to: a container without a tmpfs mount. */
export async function memoryDirectory(): Promise<string> {
  for (const directory of memoryDirectories) {
    try {
      await checkDirectory(directory);
      await access(directory, constants.W_OK);
      return directory;
    } catch {
      continue;
    }
  }
  throw new AppError(
    'CONFIG_INVALID',
    `neither ${memoryDirectories.join(' nor ')} is on tmpfs and may be written to: mount one (docker run --tmpfs /run) or name it by --out`,
    { context: { trouble: 'not-in-memory' satisfies Trouble } },
  );
}
