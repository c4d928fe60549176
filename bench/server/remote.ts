// Calls between the processes of the bench, over Node's IPC channel. One message asks, one answers.
import { fork, type ChildProcess } from 'node:child_process';
import { messageOf } from '../../src/base/index.js';

/** What a process of the bench can be asked to do: one argument, one answer, both JSON. */
export type Handlers = Readonly<Record<string, (argument: never) => unknown>>;

interface Ask {
  readonly id: number;
  readonly method: string;
  readonly argument: unknown;
}

type Told = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly problem: string };

/** The far end of a process that called `answer` with handlers of type H. */
export class Remote<H extends Handlers> {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }>();
  #next = 0;

  constructor(script: string, args: readonly string[] = []) {
    // A client of Google's in there must not look for a metadata server.
    const env = { ...process.env, METADATA_SERVER_DETECTION: 'none' };
    this.#child = fork(script, args, { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.pid = this.#child.pid ?? 0;
    this.#child.on('message', (told: Told) => {
      const waiting = this.#waiting.get(told.id);
      this.#waiting.delete(told.id);
      if ('problem' in told) waiting?.reject(new Error(told.problem));
      else waiting?.resolve(told.value);
    });
    this.#child.on('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${script} ended with ${code ?? 'a signal'}`));
      this.#waiting.clear();
    });
  }

  ask<K extends keyof H & string>(method: K, argument: Parameters<H[K]>[0]): Promise<Awaited<ReturnType<H[K]>>> {
    const id = ++this.#next;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: (value) => resolve(value as Awaited<ReturnType<H[K]>>), reject });
      const ask: Ask = { id, method, argument };
      this.#child.send(ask, (error) => {
        if (error !== null) reject(error);
      });
    });
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(timer);
  }
}

/** Answers what the parent asks until it goes away; then `ending` runs and the process ends. */
export function answer(handlers: Handlers, ending: () => Promise<void> | void = () => undefined): void {
  process.on('message', ({ id, method, argument }: Ask) => {
    const handle = handlers[method];
    Promise.resolve()
      .then(() => {
        if (handle === undefined) throw new Error(`there is no ${method}`);
        return handle(argument as never);
      })
      .then(
        (value): Told => ({ id, value }),
        (error: unknown): Told => ({ id, problem: error instanceof Error ? (error.stack ?? error.message) : messageOf(error) }),
      )
      .then((told) => process.send?.(told))
      .catch(() => process.exit(1));
  });
  process.once('disconnect', () => {
    Promise.resolve(ending()).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}
