/**
 * Runs one task for all callers that ask for the same thing at the same time. Nothing is kept: the next caller after the
 * answer asks again. A task must not depend on one caller's signal.
 */
export class SingleFlight<T> {
  readonly #running = new Map<string, Promise<T>>();

  get inFlight(): number {
    return this.#running.size;
  }

  async run(key: string, task: () => Promise<T>): Promise<T> {
    const running = this.#running.get(key);
    if (running !== undefined) return await running;
    const started = task().finally(() => this.#running.delete(key));
    this.#running.set(key, started);
    return await started;
  }
}
