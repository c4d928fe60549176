/** Signals that are passed on to a workload. Every other signal does what the system makes of it. */
const forwarded = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;

/** Those end the client when there is no workload. */
const ending: readonly string[] = ['SIGTERM', 'SIGINT', 'SIGHUP'];

/**
 * Takes over the signals of this process. Without a workload SIGTERM, SIGINT and SIGHUP abort `signal`, and the others are ignored:
 * SIGUSR1 would make Node open its debugger, through which anybody on this machine could read the memory.
 */
export class ProcessSignals {
  readonly #stop = new AbortController();
  #to: ((name: NodeJS.Signals) => void) | undefined;

  constructor() {
    for (const name of forwarded) process.on(name, () => this.#arrived(name));
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** From now on signals go there. @returns ends that. */
  forward(to: (name: NodeJS.Signals) => void): () => void {
    this.#to = to;
    return () => {
      if (this.#to === to) this.#to = undefined;
    };
  }

  #arrived(name: NodeJS.Signals): void {
    if (this.#to !== undefined) this.#to(name);
    else if (ending.includes(name)) this.#stop.abort();
  }
}
