import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The directory of the package, wherever this file was compiled to; the root of the file system where there is none. */
export const root = rootAbove(__dirname);

function rootAbove(directory: string): string {
  if (existsSync(join(directory, 'package.json')) || dirname(directory) === directory) return directory;
  return rootAbove(dirname(directory));
}
