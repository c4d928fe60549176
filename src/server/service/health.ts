import { createServer, type Server, type Socket } from 'node:net';
import { Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import type { Log } from '../../base/index.js';
import type { ListenAddress } from '../config.js';
import { listenOn } from '../listen-on.js';
import { systemCode } from '../system-error.js';

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

export interface HealthLimits {
  readonly maxConnections: number;
  /** A connection without a call is closed after this time. */
  readonly idleMs: number;
}

/** Prober of a load balancer, an orchestrator, a person: each has a connection or two. */
const defaultLimits: HealthLimits = { maxConnections: 64, idleMs: 60_000 };

/**
 * grpc.health.v1 on a port of its own, without TLS: it says nothing but SERVING or NOT_SERVING. Whoever reaches the port costs a bounded
 * number of connections, each with a bounded number of calls (a Watch is a call as long as it lasts).
 */
export class HealthService {
  readonly #implementation = new HealthImplementation({ '': 'NOT_SERVING' });
  readonly #grpc: GrpcServer;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #log: Log;

  constructor(log: Log, { maxConnections, idleMs }: HealthLimits = defaultLimits) {
    this.#log = log;
    this.#grpc = new GrpcServer({
      'grpc.max_concurrent_streams': 8,
      'grpc.max_receive_message_length': 4096,
      'grpc.max_connection_idle_ms': idleMs,
      'grpc.enable_channelz': 0,
      'grpc.keepalive_time_ms': 60_000,
      'grpc.keepalive_timeout_ms': 20_000,
    });
    this.#implementation.addToServer(this.#grpc);
    const injector = this.#grpc.createConnectionInjector(ServerCredentials.createInsecure());
    // grpc-js opens no port that counts its connections: it is given each one.
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      injector.injectConnection(socket);
    });
    this.#server.maxConnections = maxConnections;
    this.#server.on('error', (error) => log.error('health.error', { error: systemCode(error) }));
  }

  /** @returns the port. @throws AppError CONFIG_INVALID when it cannot be listened on. */
  async listen(address: ListenAddress): Promise<number> {
    return await listenOn(this.#server, 'healthPort', address);
  }

  set(ready: boolean): void {
    this.#log.info('health', { ready });
    this.#implementation.setStatus('', ready ? 'SERVING' : 'NOT_SERVING');
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#grpc.forceShutdown();
  }
}
