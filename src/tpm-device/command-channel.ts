import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../base/index.js';
import { returnCodeOf } from './packet.js';
import { asksForResend, commandFailure, decodeReturnCode } from './return-code.js';
import type { TpmTransport } from './transport.js';

export interface ChannelOptions {
  /** How long one command may take, resends included. A slow TPM needs seconds for an RSA key. */
  readonly commandTimeoutMs: number;
  /** How long a command under way may still take once its caller is cancelled. Default five seconds. */
  readonly cancelGraceMs?: number;
  /** Waits between resends; tests replace it. */
  readonly wait?: (milliseconds: number) => Promise<void>;
}

const defaultCancelGraceMs = 5000;

/** Sixteen resends: 1, 2, 4 ... 512 ms, then every 512 ms; four seconds in all. */
const maxResends = 16;
const resendDelayMs = (resend: number): number => Math.min(2 ** resend, 512);

/**
 * One command at a time to one TPM, in the order of the calls. Sends the same bytes again while the TPM asks for it.
 *
 * A command that was sent is always awaited: giving it up would leave its response in the way of the next one, and its
 * objects in the TPM. So a cancelled caller stops before its next command or resend. Only the deadline, or the end of the
 * grace that follows a cancellation, cuts a command off; that ends the channel.
 */
export class CommandChannel {
  readonly #transport: TpmTransport;
  readonly #options: ChannelOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(transport: TpmTransport, options: ChannelOptions) {
    this.#transport = transport;
    this.#options = options;
  }

  /**
   * The response packet, whatever its code (see decodeResponse). `name` is for messages.
   * @throws AppError CANCELLED, TPM_UNAVAILABLE (deadline, transport, or the TPM still asks to try again), BYTES_MALFORMED.
   */
  submit(name: string, packet: Buffer, signal: AbortSignal | undefined): Promise<Buffer> {
    const turn = this.#last.then(() => this.#withDeadline(name, signal, (deadline) => this.#send(name, packet, signal, deadline)));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Waits for the commands under way, then closes the transport. */
  async close(): Promise<void> {
    await this.#last;
    await this.#transport.close();
  }

  async #send(name: string, packet: Buffer, signal: AbortSignal | undefined, deadline: AbortSignal): Promise<Buffer> {
    const { wait = delay } = this.#options;
    for (let resend = 0; ; resend++) {
      if (signal?.aborted === true) throw new AppError('CANCELLED', `cancelled before TPM2_${name}`, { cause: signal.reason });
      const response = await this.#transport.transmit(packet, deadline);
      const rc = returnCodeOf(response);
      if (!asksForResend(decodeReturnCode(rc).error)) return response;
      if (resend === maxResends) throw commandFailure(name, rc);
      await wait(resendDelayMs(resend));
    }
  }

  async #withDeadline(name: string, signal: AbortSignal | undefined, work: (deadline: AbortSignal) => Promise<Buffer>): Promise<Buffer> {
    const { commandTimeoutMs, cancelGraceMs = defaultCancelGraceMs } = this.#options;
    const deadline = new AbortController();
    const timers: NodeJS.Timeout[] = [];
    const cutOffAfter = (ms: number, reason: AppError): number => timers.push(setTimeout(() => deadline.abort(reason), ms));
    const onCancel = (): void => {
      cutOffAfter(cancelGraceMs, new AppError('CANCELLED', `cancelled during TPM2_${name}, which did not end within ${cancelGraceMs} ms`));
    };
    const late = `the TPM did not answer TPM2_${name} within ${commandTimeoutMs} ms; see whether another program holds it`;
    cutOffAfter(commandTimeoutMs, new AppError('TPM_UNAVAILABLE', late));
    signal?.addEventListener('abort', onCancel);
    try {
      return await work(deadline.signal);
    } finally {
      signal?.removeEventListener('abort', onCancel);
      for (const timer of timers) clearTimeout(timer);
    }
  }
}
