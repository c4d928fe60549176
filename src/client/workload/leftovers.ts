import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** How the names of our directories begin; mkdtemp adds six letters. */
export const directoryPrefix = { secrets: 'tokenclient-', payload: 'tokenclient-payload-' } as const;

const ours = /^tokenclient-(?:payload-)?[A-Za-z0-9]{6}$/;

/**
 * Directories with secrets that a client of this user left because it was killed (SIGKILL, no memory), or that another one uses at
 * this moment: which of both cannot be told from here, so nothing is removed.
 */
export async function findLeftovers(parent: string): Promise<readonly string[]> {
  const names = (await readdir(parent).catch((): string[] => [])).filter((name) => ours.test(name));
  const found: string[] = [];
  for (const name of names) {
    const path = join(parent, name);
    const status = await stat(path).catch(() => undefined);
    if (status?.isDirectory() === true && status.uid === process.geteuid?.()) found.push(path);
  }
  return found;
}
