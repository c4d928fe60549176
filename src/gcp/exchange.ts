import { Agent, type Dispatcher } from 'undici';
import { AppError, isAppError } from '../base/index.js';
import type { EndSignal } from './ending.js';

/** One request to a Google API. */
export interface Exchange {
  /** Names the call in errors. */
  readonly what: string;
  /** `https:`, or `http:` in local mode. */
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly maxAnswerBytes: number;
  readonly signal: EndSignal;
  /** On a connection of its own, and none that was kept open. */
  readonly newConnection?: boolean;
}

/** What came back, whatever its status. Redirects are not followed. */
export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

/** The connection broke before anything was answered: it may have been closed by the other side a moment before its use. */
export class ConnectionBroken extends Error {}

/** To one host. More calls than these wait for a connection, within their deadline. */
const maxConnections = 128;
// One that is kept open longer than Google keeps it would break at its next use.
const keepAliveTimeout = 60_000;
const agent = new Agent({ connections: maxConnections, keepAliveTimeout });

/**
 * One HTTP exchange by undici, which takes less processor time than `fetch` or google-auth-library's own request
 * (docs/performance.md). No proxy is used, whatever the environment says.
 * @throws ConnectionBroken; AppError CLOUD_UNAVAILABLE for an answer that breaks off or is too long.
 */
export async function exchange(call: Exchange): Promise<Answer> {
  const own = call.newConnection === true ? new Agent({ connections: 1 }) : undefined;
  try {
    return await dispatch(own ?? agent, call);
  } finally {
    // Its connection ends with it; what is still on its way is of no use to anybody.
    void own?.destroy();
  }
}

function dispatch(dispatcher: Agent, call: Exchange): Promise<Answer> {
  const { url, method, headers, body } = call;
  const { origin, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const receiver = new Receiver(call, resolve, reject);
    dispatcher.dispatch({ origin, path: pathname + search, method, headers, body: body ?? null }, receiver);
  });
}

/** Gathers one answer, bounded. What undici calls it with, and when: its documentation of Dispatcher.dispatch. */
class Receiver implements Dispatcher.DispatchHandlers {
  readonly #call: Exchange;
  readonly #resolve: (answer: Answer) => void;
  readonly #reject: (error: Error) => void;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #status: number | undefined;
  #abort: (error?: Error) => void = () => undefined;
  readonly #onSignal = (): void => this.#abort();

  constructor(call: Exchange, resolve: (answer: Answer) => void, reject: (error: Error) => void) {
    this.#call = call;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  onConnect(abort: (error?: Error) => void): void {
    this.#abort = abort;
    if (this.#call.signal.aborted) abort();
    else this.#call.signal.addEventListener('abort', this.#onSignal, { once: true });
  }

  onHeaders(status: number): boolean {
    this.#status = status;
    return true;
  }

  onData(chunk: Buffer): boolean {
    this.#size += chunk.length;
    const { what, maxAnswerBytes } = this.#call;
    if (this.#size > maxAnswerBytes)
      this.#abort(new AppError('CLOUD_UNAVAILABLE', `the answer of ${what} is longer than ${maxAnswerBytes} bytes`));
    else this.#chunks.push(chunk);
    return true;
  }

  onComplete(): void {
    this.#leave();
    this.#resolve({ status: this.#status ?? 0, body: Buffer.concat(this.#chunks) });
  }

  onError(cause: Error): void {
    this.#leave();
    if (isAppError(cause)) this.#reject(cause);
    else if (this.#status === undefined) this.#reject(new ConnectionBroken(cause.message, { cause }));
    else this.#reject(new AppError('CLOUD_UNAVAILABLE', `the answer of ${this.#call.what} broke off: ${cause.message}`, { cause }));
  }

  #leave(): void {
    this.#call.signal.removeEventListener('abort', this.#onSignal);
  }
}
