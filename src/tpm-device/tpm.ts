import { AppError } from '../base/index.js';
import { Reader } from '../tpm/index.js';
import { CommandChannel } from './command-channel.js';
import { openTransport } from './open-transport.js';
import { decodeResponse, encodeCommand, type Command } from './packet.js';
import type { TpmTransport } from './transport.js';

export interface TpmOptions {
  /** How long one command may take; then the connection is given up. Default two minutes. */
  readonly commandTimeoutMs?: number;
  /** Stops the work before its next command. What was loaded is still flushed. */
  readonly signal?: AbortSignal;
}

const defaultCommandTimeoutMs = 120_000;

/**
 * An open TPM. Commands and whole operations are functions that take it as their first argument.
 *
 * Commands of concurrent callers are queued, one in flight. A TPM has few slots (three objects and three sessions are
 * usual), so run operations one after the other.
 */
export class Tpm {
  readonly #channel: CommandChannel;
  readonly #signal: AbortSignal | undefined;

  private constructor(channel: CommandChannel, signal: AbortSignal | undefined) {
    this.#channel = channel;
    this.#signal = signal;
  }

  /** Opens the TPM at a location as openTransport knows it. @throws AppError CONFIG_INVALID, TPM_UNAVAILABLE */
  static async open(location: string, options: TpmOptions = {}): Promise<Tpm> {
    return Tpm.over(await openTransport(location), options);
  }

  /** Speaks over a transport that is already open. */
  static over(transport: TpmTransport, options: TpmOptions = {}): Tpm {
    const { commandTimeoutMs = defaultCommandTimeoutMs, signal } = options;
    return new Tpm(new CommandChannel(transport, { commandTimeoutMs }), signal);
  }

  /** The same TPM for work that stops when the signal aborts (and no more when an earlier signal does). */
  until(signal: AbortSignal): Tpm {
    return new Tpm(this.#channel, signal);
  }

  /** The same TPM for work that must be done even after a cancellation: flushing. */
  get forCleanup(): Tpm {
    return this.#signal === undefined ? this : new Tpm(this.#channel, undefined);
  }

  /**
   * Sends one command and reads all its response parameters with `read`.
   * @throws AppError TPM_COMMAND_FAILED, TPM_UNAVAILABLE, CANCELLED, or BYTES_MALFORMED for a response that is not exactly what was expected.
   */
  async execute<T>(command: Command, read: (parameters: Reader) => T): Promise<T> {
    const packet = await this.#channel.submit(command.name, encodeCommand(command), this.#signal);
    const { parameters } = decodeResponse(command, packet, false);
    return readAll(command, packet, parameters, read);
  }

  /** As execute, for commands whose response has a handle. */
  async executeForHandle<T>(command: Command, read: (parameters: Reader, handle: number) => T): Promise<T> {
    const packet = await this.#channel.submit(command.name, encodeCommand(command), this.#signal);
    const { parameters, handle } = decodeResponse(command, packet, true);
    if (handle === undefined) throw new AppError('INTERNAL', `TPM2_${command.name} gave no handle`);
    return readAll(command, packet, parameters, (reader) => read(reader, handle));
  }

  /** Waits for commands under way and lets the TPM go. Does not flush what is still loaded: only /dev/tpmrm0 does. */
  close(): Promise<void> {
    return this.#channel.close();
  }
}

/** Reads parameters to their end. The bytes they came in are wiped: they may hold an unsealed secret; a Reader gives copies. */
function readAll<T>(command: Command, packet: Buffer, parameters: Buffer, read: (parameters: Reader) => T): T {
  try {
    const reader = new Reader(parameters, command.name);
    const result = read(reader);
    reader.finish();
    return result;
  } finally {
    packet.fill(0);
    parameters.fill(0);
  }
}

/** For commands that answer with nothing but success. */
export const nothing = (): void => undefined;
