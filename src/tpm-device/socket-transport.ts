import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { AppError, messageOf } from '../base/index.js';
import { Breakable } from './breakable.js';
import { errnoOf } from './device-errors.js';
import { announcedSize, type TpmTransport } from './transport.js';

/**
 * Connects to the data port of a software TPM: raw TPM packets, nothing around them (the protocol of swtpm).
 * `location` names it in messages. @throws AppError TPM_UNAVAILABLE
 */
export async function connectSocket(options: NetConnectOpts, location: string): Promise<TpmTransport> {
  const socket = connect({ ...options, noDelay: true });
  try {
    await once(socket, 'connect');
  } catch (error) {
    throw connectFailure(location, error);
  }
  return new SocketTransport(socket, location);
}

function connectFailure(location: string, error: unknown): AppError {
  const errno = errnoOf(error);
  const what =
    errno === 'ECONNREFUSED' || errno === 'ENOENT'
      ? 'no software TPM listens there; start swtpm, or correct the location'
      : messageOf(error);
  return new AppError('TPM_UNAVAILABLE', `${location}: ${what}`, { cause: error, context: { location, errno } });
}

interface Pending {
  readonly resolve: (response: Buffer) => void;
  readonly reject: (error: AppError) => void;
}

/** Collects what arrives until it is as long as its header says: a response may come in pieces. */
class SocketTransport implements TpmTransport {
  readonly #socket: Socket;
  readonly #state: Breakable;
  readonly #location: string;
  #received: Buffer = Buffer.alloc(0);
  #pending: Pending | undefined;

  constructor(socket: Socket, location: string) {
    this.#socket = socket;
    this.#location = location;
    this.#state = new Breakable(location);
    socket.on('data', (piece) => this.#take(piece));
    socket.on('error', (error) => this.#fail(new AppError('TPM_UNAVAILABLE', `${location}: ${messageOf(error)}`, { cause: error })));
    socket.on('close', () => this.#fail(new AppError('TPM_UNAVAILABLE', `${location}: the software TPM closed the connection`)));
  }

  async transmit(command: Buffer, signal?: AbortSignal): Promise<Buffer> {
    try {
      return await this.#state.run(() => this.#exchange(command), signal);
    } finally {
      if (this.#state.isBroken) this.#socket.destroy();
    }
  }

  async close(): Promise<void> {
    this.#state.break('it is closed');
    if (this.#socket.closed) return;
    const closed = new Promise<void>((resolve) => this.#socket.once('close', () => resolve()));
    this.#socket.destroy();
    await closed;
  }

  #exchange(command: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      this.#received = Buffer.alloc(0);
      this.#socket.write(command);
    });
  }

  #take(piece: Buffer): void {
    if (this.#pending === undefined) {
      this.#fail(new AppError('BYTES_MALFORMED', `${this.#location}: bytes came that answer no command`));
      return;
    }
    this.#received = Buffer.concat([this.#received, piece]);
    try {
      const size = announcedSize(this.#received);
      if (size === undefined || this.#received.length < size) return;
      if (this.#received.length > size)
        throw new AppError('BYTES_MALFORMED', `response/size: ${this.#received.length} bytes came where the header says ${size}`);
      const { resolve } = this.#pending;
      this.#pending = undefined;
      resolve(this.#received);
    } catch (error) {
      this.#fail(error instanceof AppError ? error : new AppError('INTERNAL', messageOf(error)));
    }
  }

  #fail(error: AppError): void {
    this.#state.break(error.message);
    this.#pending?.reject(error);
    this.#pending = undefined;
    this.#socket.destroy();
  }
}
