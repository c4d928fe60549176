import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, resolve } from 'node:path';
import { AppError } from '../../base/index.js';
import type { Trouble } from '../exit-codes.js';

/**
 * The file of the workload, looked up as execvp(3) does, with `directory` in the place of the working directory. Where it can be, this
 * is done before the TokenServer is asked: a release that nobody can use would count all the same.
 * @throws AppError CONFIG_INVALID with trouble `workload-missing`
 */
export async function findCommand(command: string, path: string | undefined, directory = process.cwd()): Promise<string> {
  const candidates = command.includes('/')
    ? [resolve(directory, command)]
    : (path ?? '/usr/bin:/bin').split(delimiter).map((folder) => resolve(directory, folder || '.', command));
  let isThere = false;
  for (const file of candidates) {
    try {
      if (!(await stat(file)).isFile()) continue;
      isThere = true;
      await access(file, constants.X_OK);
      return file;
    } catch {
      continue;
    }
  }
  const why = isThere
    ? 'this user may not execute it: look at its mode, and whether its file system is mounted noexec (docker run --tmpfs /run:exec)'
    : 'there is no such program: is it in this image, and the path right?';
  throw new AppError('CONFIG_INVALID', `cannot start the workload ${command}: ${why}`, {
    context: { trouble: 'workload-missing' satisfies Trouble },
  });
}
