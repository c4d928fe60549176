/** A value that is made on first use (loading a client takes a second of its own, which is no call's fault) and shared from then on; a failed attempt is made again. */
export interface Once<T> {
  get(): Promise<T>;
  /** Runs `close` on the value if it was ever made. */
  closeWith(close: (value: T) => Promise<void>): Promise<void>;
}

export function once<T>(make: () => Promise<T>): Once<T> {
  let pending: Promise<T> | undefined;
  return {
    get: () => {
      pending ??= make().catch((error: unknown) => {
        pending = undefined;
        throw error;
      });
      return pending;
    },
    closeWith: async (close) => {
      if (pending !== undefined) await close(await pending);
    },
  };
}
