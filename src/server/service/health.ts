import { Server, ServerCredentials } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { AppError, messageOf, type Log } from '../../base/index.js';
import type { ListenAddress } from '../config.js';

/** What readiness is made of. Every answer comes from memory. */
export interface ReadinessFacts {
  readonly listening: () => boolean;
  readonly certificateNotAfter: () => Date;
  readonly tokenKeysLoaded: () => boolean;
  /** Asks the store something small; rejects when it does not answer. */
  readonly probe: () => Promise<void>;
  readonly now: () => Date;
}

const storeAnswerMaxAgeMs = 60_000;
const probeEveryMs = 15_000;

/** Is the server able to release anything now? A background probe of the store and a look at the rest, every 15 s. */
export class Readiness {
  readonly #facts: ReadinessFacts;
  readonly #onChange: (ready: boolean) => void;
  #storeAnsweredAtMs = Number.NEGATIVE_INFINITY;
  #draining = false;
  #last: boolean | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(facts: ReadinessFacts, onChange: (ready: boolean) => void) {
    this.#facts = facts;
    this.#onChange = onChange;
  }

  /** Listening, certificate valid, token keys loaded once, store answered within 60 s, not shutting down. */
  get ready(): boolean {
    const { listening, certificateNotAfter, tokenKeysLoaded, now } = this.#facts;
    const nowMs = now().getTime();
    const storeIsThere = nowMs - this.#storeAnsweredAtMs <= storeAnswerMaxAgeMs;
    return !this.#draining && listening() && tokenKeysLoaded() && storeIsThere && certificateNotAfter().getTime() > nowMs;
  }

  /** Asks the store once and tells of a change. Never throws. */
  async probe(): Promise<void> {
    try {
      await this.#facts.probe();
      this.#storeAnsweredAtMs = this.#facts.now().getTime();
    } catch {
      // No answer: the time of the last one stays, and runs out.
    }
    this.#tell();
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.probe(), probeEveryMs).unref();
  }

  /** Not ready from now on, whatever else holds. */
  drain(): void {
    clearInterval(this.#timer);
    this.#draining = true;
    this.#tell();
  }

  #tell(): void {
    const ready = this.ready;
    if (ready === this.#last) return;
    this.#last = ready;
    this.#onChange(ready);
  }
}

/** grpc.health.v1 on a port of its own, without TLS: it says nothing but SERVING or NOT_SERVING. */
export class HealthService {
  readonly #implementation = new HealthImplementation({ '': 'NOT_SERVING' });
  readonly #server = new Server();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
    this.#implementation.addToServer(this.#server);
  }

  /** @returns the port. @throws AppError CONFIG_INVALID when it cannot be listened on. */
  async listen({ host, port }: ListenAddress): Promise<number> {
    const target = host === '' ? '[::]' : host.includes(':') ? `[${host}]` : host;
    return await new Promise((resolve, reject) => {
      this.#server.bindAsync(`${target}:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) resolve(bound);
        else
          reject(
            new AppError('CONFIG_INVALID', `--healthPort ${target}:${port} cannot be listened on: ${messageOf(error)}`, { cause: error }),
          );
      });
    });
  }

  set(ready: boolean): void {
    this.#log.info('health', { ready });
    this.#implementation.setStatus('', ready ? 'SERVING' : 'NOT_SERVING');
  }

  close(): void {
    this.#server.forceShutdown();
  }
}
