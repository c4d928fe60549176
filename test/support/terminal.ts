import { execFile, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';

/** What happened on a terminal: everything that was on the screen, and how the program ended. */
export interface TerminalSession {
  readonly exitCode: number | null;
  readonly screen: string;
}

/** The window of the terminal while a program runs on it. */
export interface Window {
  /** Gives it another width; the kernel sends SIGWINCH. Resolves with the size that the terminal then has: rows and columns. */
  resize(columns: number): Promise<string>;
}

/** What to type when the question is there; a function acts first. */
export type Keys = string | ((window: Window) => Promise<string>);

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
const run = promisify(execFile);

/**
 * Runs node with these arguments on a pseudo-terminal of 80 columns (`script` of util-linux makes one) and types each answer
 * when its question is on the screen.
 */
export function onTerminal(
  args: readonly string[],
  answers: readonly (readonly [question: string, keys: Keys])[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<TerminalSession> {
  const command = `tty >&3; stty cols 80 rows 24; exec ${[process.execPath, ...args].map(quoted).join(' ')} 3>&-`;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TERM: 'xterm-256color', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const [input, output] = [child.stdin, child.stdout];
  let tty = '';
  (child.stdio[3] as Readable).on('data', (chunk: Buffer) => (tty += chunk.toString()));
  const window: Window = {
    resize: async (columns) => {
      await run('stty', ['-F', tty.trim(), 'cols', String(columns)]);
      return (await run('stty', ['-F', tty.trim(), 'size'])).stdout.trim();
    },
  };
  let screen = '';
  let searched = 0;
  const left = [...answers];
  return new Promise((resolve, reject) => {
    const type = async (keys: Keys): Promise<void> => {
      input.write(typeof keys === 'string' ? keys : await keys(window));
    };
    output.on('data', (chunk: Buffer) => {
      screen += chunk.toString('utf8');
      const [next] = left;
      if (next === undefined || !screen.slice(searched).includes(next[0])) return;
      searched = screen.length;
      left.shift();
      type(next[1]).catch(reject);
    });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, screen }));
  });
}
