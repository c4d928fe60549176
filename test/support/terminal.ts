import { spawn } from 'node:child_process';

/** What happened on a terminal: everything that was on the screen, and how the program ended. */
export interface TerminalSession {
  readonly exitCode: number | null;
  readonly screen: string;
}

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/**
 * Runs node with these arguments on a pseudo-terminal (`script` of util-linux makes one) and types each answer when its
 * question is on the screen.
 */
export function onTerminal(
  args: readonly string[],
  answers: readonly (readonly [question: string, keys: string])[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<TerminalSession> {
  const command = `exec ${[process.execPath, ...args].map(quoted).join(' ')}`;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TERM: 'xterm-256color', ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  let screen = '';
  let searched = 0;
  const left = [...answers];
  child.stdout.on('data', (chunk: Buffer) => {
    screen += chunk.toString('utf8');
    const [next] = left;
    if (next === undefined || !screen.slice(searched).includes(next[0])) return;
    searched = screen.length;
    left.shift();
    child.stdin.write(next[1]);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, screen }));
  });
}
