import { visible } from './visible.js';
import { wrapped } from './layout.js';

/** Google nests far less deep; a deeper value is printed as one line of JSON, so nothing is left out. */
const maxDepth = 24;

/**
 * A JSON value as an indented tree, one member a line, nothing left out:
 * `name: value` for members, `- value` for elements. Every text is made visible.
 */
export function treeLines(value: unknown, indent: string): readonly string[] {
  return linesOf(value, indent, 0);
}

function linesOf(value: unknown, indent: string, depth: number): readonly string[] {
  if (!isBranch(value)) return wrapped(indent, leafText(value));
  if (depth >= maxDepth) return wrapped(indent, visible(JSON.stringify(value)));
  const members: readonly (readonly [string, unknown])[] = Array.isArray(value)
    ? value.map((element: unknown) => ['-', element] as const)
    : Object.entries(value).map(([name, member]: [string, unknown]) => [`${visible(name)}:`, member] as const);
  return members.flatMap(([label, member]) =>
    isBranch(member)
      ? [...wrapped(indent, label), ...linesOf(member, `${indent}  `, depth + 1)]
      : wrapped(`${indent}`, `${label} ${leafText(member)}`, `${indent}    `),
  );
}

const isBranch = (value: unknown): value is object => typeof value === 'object' && value !== null && Object.keys(value).length > 0;

function leafText(value: unknown): string {
  if (typeof value === 'string') return visible(value);
  return visible(JSON.stringify(value) ?? 'undefined');
}
