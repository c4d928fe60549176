import { AppError } from '../../base/index.js';
import { archiveLimits } from './archive-limits.js';

/** C0 controls, DEL and C1 controls: names that a terminal would obey. */
const control = /\p{Cc}/u;

/**
 * The names on the way from the root of the archive to an entry; none for the root itself. A leading `./` and the slash at the
 * end of a directory are what tar writes; everything else that would need interpretation is refused.
 * @throws AppError BYTES_MALFORMED with the position of the entry and not its name, which may be secret.
 */
export function entryPath(name: string, kind: 'file' | 'directory', entry: number): readonly string[] {
  const bad = (what: string): AppError => new AppError('BYTES_MALFORMED', `the archive has a name that ${what}: entry ${entry}`);
  if (control.test(name)) throw bad('holds control characters');
  if (name.startsWith('/')) throw bad('is an absolute path');
  const relative = name.replace(/^\.\//, '');
  const inner = kind === 'directory' ? relative.replace(/\/$/, '') : relative;
  if (kind === 'directory' && (inner === '' || inner === '.') && name !== '') return [];
  const names = inner.split('/');
  if (names.includes('..')) throw bad('leads out of the archive');
  if (names.includes('') || names.includes('.')) throw bad('has an empty part');
  if (names.length > archiveLimits.depth) throw bad(`is deeper than ${archiveLimits.depth} directories`);
  return names;
}
