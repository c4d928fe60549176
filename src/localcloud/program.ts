import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

export interface ProgramOptions {
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Written to standard input, which is then closed. */
  readonly input?: string;
  readonly onLine?: (line: string) => void;
}

/** A line of the program's log, if it is JSON with an event; undefined otherwise. */
export function eventOf(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'event' in value ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** One of the real programs as a process of its own: its lines, its end. For the demo and for end-to-end tests. */
export class Program {
  /** Everything printed so far on both outputs, in the order of arrival. */
  readonly lines: string[] = [];
  /** Resolves when the process has ended and its output is read; a signal counts as exit code 128. */
  readonly ended: Promise<number>;
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #watchers = new Set<(line: string | undefined) => void>();

  /** @param command node's arguments: the script, then its flags. */
  constructor(command: readonly string[], options: ProgramOptions = {}) {
    this.#process = spawn(process.execPath, command, {
      env: { ...process.env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    this.#process.stdin.on('error', () => undefined);
    this.#process.stdin.end(options.input ?? '');
    const outputs = [this.#process.stdout, this.#process.stderr].map((stream) => createInterface(stream));
    for (const output of outputs) {
      output.on('line', (line) => {
        this.lines.push(line);
        options.onLine?.(line);
        for (const watcher of [...this.#watchers]) watcher(line);
      });
    }
    this.ended = Promise.all([once(this.#process, 'exit'), ...outputs.map((output) => once(output, 'close'))]).then(([[code]]) => {
      for (const watcher of [...this.#watchers]) watcher(undefined);
      return typeof code === 'number' ? code : 128;
    });
  }

  get output(): string {
    return this.lines.join('\n');
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** All log events so far. */
  get events(): readonly Readonly<Record<string, unknown>>[] {
    return this.lines.map(eventOf).filter((event) => event !== undefined);
  }

  /**
   * The first line, printed already or yet to come, that the test accepts.
   * @throws Error with all output when the program ends first, or after `timeoutMs`.
   */
  waitForLine(accepts: (line: string) => boolean, what: string, timeoutMs = 30_000): Promise<string> {
    const before = this.lines.find(accepts);
    if (before !== undefined) return Promise.resolve(before);
    return new Promise((resolve, reject) => {
      const finish = (act: () => void): void => {
        clearTimeout(timer);
        this.#watchers.delete(watcher);
        act();
      };
      const fail = (why: string): void => {
        finish(() => reject(new Error(`waited for ${what}: ${why}\n${this.output}`)));
      };
      const watcher = (line: string | undefined): void => {
        if (line === undefined) fail('the program ended');
        else if (accepts(line)) finish(() => resolve(line));
      };
      const timer = setTimeout(() => fail(`nothing within ${timeoutMs} ms`), timeoutMs);
      this.#watchers.add(watcher);
    });
  }

  /** The first log event of that name which the test accepts. */
  async waitForEvent(
    name: string,
    accepts: (event: Readonly<Record<string, unknown>>) => boolean = () => true,
    timeoutMs?: number,
  ): Promise<Readonly<Record<string, unknown>>> {
    const matches = (line: string): boolean => {
      const event = eventOf(line);
      return event?.['event'] === name && accepts(event);
    };
    return eventOf(await this.waitForLine(matches, `event ${name}`, timeoutMs)) ?? {};
  }

  /** Sends a signal that does not end it. */
  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.#process.kill(signal);
    return this.ended;
  }
}
