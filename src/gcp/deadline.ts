import { AppError } from '../base/index.js';

/** How one call to the cloud is bounded. */
export interface CallBounds {
  /** Names the call in errors, for example `instances.get`. */
  readonly what: string;
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a call that ends when its deadline passes or the caller cancels, whether or not the code underneath asks for the signal
 * that it could obey. A call that does not obey goes on in the background; its result is dropped.
 * @throws AppError CLOUD_UNAVAILABLE after `deadlineMs`, CANCELLED when `signal` aborts.
 */
export async function withDeadline<T>(bounds: CallBounds, run: (signal: () => AbortSignal) => Promise<T>): Promise<T> {
  const { what, deadlineMs, signal } = bounds;
  const cancelled = (): AppError => new AppError('CANCELLED', `${what} was cancelled`);
  if (signal?.aborted === true) throw cancelled();
  let controller: AbortController | undefined;
  let ended: AppError | undefined;
  // Made for those who ask: many do not, and it is dear.
  const ownSignal = (): AbortSignal => {
    controller ??= new AbortController();
    if (ended !== undefined) controller.abort(ended);
    return controller.signal;
  };
  let giveUp: (error: AppError) => void = () => undefined;
  const gaveUp = new Promise<never>((_, reject) => {
    giveUp = (error) => {
      ended = error;
      reject(error);
      controller?.abort(error);
    };
  });
  const onAbort = (): void => giveUp(cancelled());
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => giveUp(new AppError('CLOUD_UNAVAILABLE', `${what} did not answer within ${deadlineMs} ms`)), deadlineMs);
  try {
    return await Promise.race([run(ownSignal), gaveUp]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}
