import { AppError } from '../base/index.js';

/**
 * The rule of every transport: after an abort or a failure nothing more is sent. A late answer would otherwise be taken
 * for the answer to another command.
 */
export class Breakable {
  readonly #name: string;
  #reason: string | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  get isBroken(): boolean {
    return this.#reason !== undefined;
  }

  /** Refuses every later `run`. The first reason stays. */
  break(reason: string): void {
    this.#reason ??= reason;
  }

  /**
   * Runs one exchange. Rejects with the signal's reason as soon as it aborts, without waiting for the exchange.
   * @throws AppError TPM_UNAVAILABLE when an earlier exchange broke the transport.
   */
  async run(exchange: () => Promise<Buffer>, signal: AbortSignal | undefined): Promise<Buffer> {
    if (this.#reason !== undefined) {
      throw new AppError('TPM_UNAVAILABLE', `${this.#name}: the connection to the TPM is of no more use (${this.#reason}); open it again`);
    }
    signal?.throwIfAborted();
    try {
      return await (signal === undefined ? exchange() : abortable(exchange(), signal));
    } catch (error) {
      this.break('an earlier command was cut off');
      throw error;
    }
  }
}

async function abortable(work: Promise<Buffer>, signal: AbortSignal): Promise<Buffer> {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason instanceof Error ? signal.reason : new AppError('CANCELLED', 'the TPM command was cancelled'));
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
