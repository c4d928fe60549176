import type { CloudConfig } from './document.js';

/** One command of the script, in words. */
export interface Command {
  /** As it stands there. */
  readonly text: string;
  readonly words: readonly string[];
}

/** The commands of bootcmd and runcmd. */
export const commandsOf = ({ bootcmd, runcmd }: Pick<CloudConfig, 'bootcmd' | 'runcmd'>): readonly Command[] =>
  [...bootcmd, ...runcmd].flatMap(splitShell);

/** The simple commands of a line, cut at the operators of a shell: it is read as a shell would at its simplest. */
export const splitShell = (line: string): readonly Command[] =>
  line
    .split(/&&|\|\||[;|&\n]/)
    .map((text) => text.trim())
    .filter((text) => text !== '' && !text.startsWith('#'))
    .map(commandOf)
    .map((command) => withoutShell(command));

export const commandOf = (text: string): Command => ({ text, words: wordsOf(text) });

/** `sh -c "..."` is what is in the quotes. */
function withoutShell(command: Command): Command {
  const [shell = '', option, ...rest] = command.words;
  return /(?:^|\/)(?:ba|da)?sh$/.test(shell) && option === '-c' ? { ...command, words: wordsOf(rest.join(' ')) } : command;
}

/** Words between blanks; quotes hold words together. */
const wordsOf = (text: string): readonly string[] =>
  (text.match(/(?:[^\s"']|"(?:[^"\\]|\\.)*"|'[^']*')+/g) ?? []).map((word) => word.replace(/["']/g, ''));
