import type { AppError } from '../base/index.js';

/** What code that can be told to stop listens to: an AbortSignal, or less. */
export type EndSignal = Pick<AbortSignal, 'aborted'> & {
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once: true }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
};

/** The end of one call, for who listens. An AbortSignal is dear to make, and is made for those who ask (`fetch`). */
export class Ending implements EndSignal {
  readonly #listeners = new Set<() => void>();
  #controller: AbortController | undefined;
  #why: AppError | undefined;

  get aborted(): boolean {
    return this.#why !== undefined;
  }

  /** The same as an AbortSignal: aborted already when the call is over. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#why !== undefined) this.#controller.abort(this.#why);
    return this.#controller.signal;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
  }

  /** Ends the call, once: whoever listens is told. */
  end(why: AppError): void {
    if (this.#why !== undefined) return;
    this.#why = why;
    this.#controller?.abort(why);
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}
