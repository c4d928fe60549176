import type { Change } from '../changes.js';
import type { Since } from '../previous.js';
import { field, wrapped } from './layout.js';
import { visible } from './visible.js';

/** What is new since the last approval, field by field: the old value, then the new one. */
export function changesSection({ previous, changes, entries }: Since): readonly string[] {
  const head = wrapped('  ', `compared with the approval ${visible(previous.who)}`);
  const calls = `audit entries since that approval: ${entries.length}${entries.length === 0 ? '' : ', in the history'}`;
  return [...head, ...changeLines(changes), ...wrapped('  ', calls)];
}

/** Fields in which an approval and something newer differ. */
export const changeLines = (changes: readonly Change[]): readonly string[] =>
  changes.length === 0
    ? ['  no field differs']
    : changes.flatMap(({ field: name, before, after }) => [
        `  ${visible(name)}`,
        ...field('  was', before === undefined ? '(nothing)' : visible(before)),
        ...field('  now', after === undefined ? '(nothing)' : visible(after)),
      ]);

/** What the question is about, in short. */
export function introduction(since: Since | undefined): string {
  if (since === undefined || !since.trusted) return '';
  const vm = since.changes.filter(({ part }) => part === 'vm').length;
  const others = since.changes.length - vm;
  if (vm + others + since.entries.length === 0) return 'nothing changed since the last approval';
  return `since the last approval: changes of the VM ${vm}, of policy and secrets ${others}, audit entries ${since.entries.length}`;
}
