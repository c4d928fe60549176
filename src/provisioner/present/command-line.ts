import { lineWidth } from './layout.js';

/** Words that a POSIX shell takes as they are. */
const plainWord = /^[A-Za-z0-9_@%+=:,./-]+$/;

/**
 * Lines of a command that can be copied into a POSIX shell: words in quotes where they need them, the line broken between flags.
 * The words are ours, or were checked: what a terminal obeys is not looked for here.
 * @param groups words that stay on one line, such as a flag and its value
 */
export function commandLines(indent: string, groups: readonly (readonly string[])[]): readonly string[] {
  const lines: string[] = [];
  for (const text of groups.map((words) => words.map(quoted).join(' '))) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + text.length + 3 <= lineWidth) lines[lines.length - 1] = `${last} ${text}`;
    else lines.push(`${lines.length === 0 ? indent : `${indent}  `}${text}`);
  }
  return lines.map((line, i) => (i === lines.length - 1 ? line : `${line} \\`));
}

const quoted = (word: string): string => (plainWord.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
