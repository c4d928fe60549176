import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError, messageOf } from '../base/index.js';
import { Breakable } from './breakable.js';
import { errnoOf } from './device-errors.js';
import { announcedSize, type TpmTransport } from './transport.js';

/**
 * Connects to the data port of a software TPM: raw TPM packets, nothing around them (the protocol of swtpm).
 * `location` names it in messages. @throws AppError TPM_UNAVAILABLE
 */
export async function connectSocket(options: NetConnectOpts, location: string): Promise<TpmTransport> {
  for (let attempt = 1; ; attempt++) {
    const socket = connect({ ...options, noDelay: true });
    try {
      await once(socket, 'connect');
      return new SocketTransport(socket, location);
    } catch (error) {
      if (attempt === maxAttempts || errnoOf(error) !== 'EAGAIN') throw connectFailure(location, error);
      await delay(attempt * 10);
    }
  }
}

/** A software TPM serves one connection at a time and lets few wait: a full queue is tried again for half a second. */
const maxAttempts = 10;

function connectFailure(location: string, error: unknown): AppError {
  const errno = errnoOf(error);
  return new AppError('TPM_UNAVAILABLE', `${location}: ${explain(errno, error)}`, { cause: error, context: { location, errno } });
}

function explain(errno: string, error: unknown): string {
  switch (errno) {
    case 'ECONNREFUSED':
    case 'ENOENT':
      return 'no software TPM listens there; start swtpm, or correct the location';
    case 'EAGAIN':
      return 'busy: others wait for this software TPM already; it serves one connection at a time, so stop the other program';
    case 'EACCES':
      return 'no permission to use this socket; run as the user that started swtpm';
    default:
      return messageOf(error);
  }
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
