import { AppError } from '../base/index.js';
import { Ending } from './ending.js';

/** How one call to the cloud is bounded. */
export interface CallBounds {
  /** Names the call in errors, for example `instances.get`. */
  readonly what: string;
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a call that ends when its deadline passes or the caller cancels, whether or not the code underneath listens to the
 * ending that it is given. One that does not goes on in the background; its result is dropped.
 * @throws AppError CLOUD_UNAVAILABLE after `deadlineMs`, CANCELLED when `signal` aborts.
 */
export function withDeadline<T>(bounds: CallBounds, run: (ending: Ending) => Promise<T>): Promise<T> {
  const { what, deadlineMs, signal } = bounds;
  const cancelled = (): AppError => new AppError('CANCELLED', `${what} was cancelled`);
  if (signal?.aborted === true) return Promise.reject(cancelled());
  return new Promise<T>((resolve, reject) => {
    const ending = new Ending();
    const onAbort = (): void => giveUp(cancelled());
    const late = (): void => giveUp(new AppError('CLOUD_UNAVAILABLE', `${what} did not answer within ${deadlineMs} ms`));
    const timer = setTimeout(late, deadlineMs);
    const leave = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const fail = (error: unknown): void => {
      leave();
      reject(error as Error);
    };
    const giveUp = (error: AppError): void => {
      fail(error);
      ending.end(error);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    const answered = (answer: T): void => {
      leave();
      resolve(answer);
    };
    begun(run, ending).then(answered, fail);
  });
}

/** What a call throws before it waits for anything is a failure of it like any other. */
async function begun<T>(run: (ending: Ending) => Promise<T>, ending: Ending): Promise<T> {
  return run(ending);
}
