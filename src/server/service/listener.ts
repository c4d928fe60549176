import type { Socket } from 'node:net';
import { createSecureContext, createServer, type SecureContext, type SecureContextOptions, type Server, type TLSSocket } from 'node:tls';
import { AppError, type Log } from '../../base/index.js';
import { spkiSha256 } from '../../wire/index.js';
import type { ListenAddress } from '../config.js';
import { listenOn } from '../listen-on.js';
import { systemCode } from '../system-error.js';
import type { TlsMaterial } from './certificates.js';
import { ConnectionPlaces, type ConnectionRefusal } from './connection-places.js';
import { normalAddress, peerOf, type Connection } from './peer.js';

export interface ListenerParts {
  readonly material: TlsMaterial;
  readonly maxConnections: number;
  /** Was an approved VM admitted from this network before? */
  readonly isKnown: (network: string) => boolean;
  /** Told of each connection that is refused. */
  readonly onRefused?: (why: ConnectionRefusal) => void;
  readonly log: Log;
  /** Where a connection goes after its handshake. */
  readonly inject: (socket: TLSSocket) => void;
  readonly handshakeTimeoutMs?: number;
}

/**
 * The TLS 1.3 front of the server. It asks for client certificates if there are authorities for them and lets no
 * connection through without a valid one; `ConnectionPlaces` limits how many there are.
 */
export class TlsListener {
  readonly #server: Server;
  readonly #parts: ListenerParts;
  readonly #places: ConnectionPlaces;
  readonly #sockets = new Set<Socket>();
  /** By `address:port` of the far end; one connection each. */
  readonly #connections = new Map<string, Connection>();
  /** As the one of `#server`, and content with authorities that are intermediates: a server cannot be given that directly. */
  #context: SecureContext;
  #notAfter: Date;

  constructor(parts: ListenerParts) {
    const { material, handshakeTimeoutMs = 10_000, maxConnections, log } = parts;
    const mutual = material.clientAuthorities !== undefined;
    this.#parts = parts;
    this.#places = new ConnectionPlaces(parts);
    this.#notAfter = material.notAfter;
    this.#context = partialContextOf(material);
    this.#server = createServer({
      ...contextOf(material),
      // Asked for every client that sends a server name, as gRPC clients do; without one a root is needed.
      SNICallback: (_name, done) => done(null, this.#context),
      handshakeTimeout: handshakeTimeoutMs,
      ALPNProtocols: ['h2'],
      requestCert: mutual,
      rejectUnauthorized: mutual,
    });
    this.#server.maxConnections = maxConnections;
    this.#server.on('drop', () => parts.onRefused?.('all'));
    this.#server.on('connection', (socket) => this.#admit(socket));
    this.#server.on('secureConnection', (socket) => this.#pass(socket));
    // Out of file descriptors, for example: such an error must not end the process. Before listening, `listen` reports it.
    this.#server.on('error', (error) => log.error('listener.error', { error: systemCode(error) }));
    this.#server.on('tlsClientError', (error, socket) => {
      // Whoever hangs up was not refused, or was before its handshake.
      if (systemCode(error) !== 'ECONNRESET') parts.onRefused?.('handshake');
      log.debug('tls.refused', { peer: socket.remoteAddress, error: error.message });
      socket.destroy();
    });
  }

  /** @returns the port. @throws AppError CONFIG_INVALID when the address cannot be listened on. */
  async listen(address: ListenAddress): Promise<number> {
    return await listenOn(this.#server, 'grpcport', address);
  }

  /**
   * Presents another certificate to connections from now on; open ones stay. Whether client certificates are asked for
   * cannot change. @throws AppError CONFIG_INVALID if it would.
   */
  reload(material: TlsMaterial): void {
    if ((material.clientAuthorities === undefined) !== (this.#parts.material.clientAuthorities === undefined)) {
      throw new AppError('CONFIG_INVALID', 'a reload cannot switch client certificates on or off');
    }
    this.#server.setSecureContext(contextOf(material));
    this.#context = partialContextOf(material);
    this.#notAfter = material.notAfter;
  }

  /** Until when the presented certificate is valid. */
  get notAfter(): Date {
    return this.#notAfter;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /** Who is at the far end of this open connection. @param peer `address:port` as grpc-js gives it. @throws AppError CANCELLED */
  connectionOf(peer: string): Connection {
    const connection = this.#connections.get(peer);
    if (connection === undefined) throw new AppError('CANCELLED', 'the connection is gone');
    return connection;
  }

  /** Takes no new connection. Open ones go on until their calls are done (`destroyAll`). */
  stopAccepting(): void {
    this.#server.close();
  }

  destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #admit(socket: Socket): void {
    const giveBack = this.#places.take(normalAddress(socket.remoteAddress ?? ''));
    if (giveBack === undefined) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      giveBack();
    });
    socket.on('error', () => socket.destroy());
  }

  #pass(socket: TLSSocket): void {
    const shown = socket.getCertificate();
    if (shown === null || !('raw' in shown)) {
      socket.destroy();
      return;
    }
    // The same text as grpc-js's getPeer, which does not tell to which of our addresses a connection came. Where there are several,
    // two connections can have one far end: the later one would be taken for the earlier one, so it is not let in.
    const peer = `${socket.remoteAddress ?? ''}:${socket.remotePort ?? 0}`;
    if (socket.remoteAddress === undefined || this.#connections.has(peer)) {
      this.#parts.log.warn('tls.same-far-end', { peer });
      this.#parts.onRefused?.('same-far-end');
      socket.destroy();
      return;
    }
    // Neither certificate changes as long as the connection lasts: TLS 1.3 has no renegotiation.
    const certificate = socket.authorized ? socket.getPeerCertificate() : undefined;
    const far = peerOf(peer, certificate?.raw === undefined ? undefined : certificate);
    if (far.certificate !== undefined) {
      const giveBack = this.#places.takeOfCertificate(far.certificate.sha256Hex);
      if (giveBack === undefined) {
        socket.destroy();
        return;
      }
      socket.once('close', giveBack);
    }
    this.#connections.set(peer, { peer: far, serverSpkiSha256: spkiSha256(shown.raw) });
    socket.once('close', () => this.#connections.delete(peer));
    socket.on('error', (error: Error) => this.#parts.log.debug('tls.closed', { peer, error: error.message }));
    this.#parts.inject(socket);
  }
}

const contextOf = (material: TlsMaterial): SecureContextOptions => ({
  minVersion: 'TLSv1.3',
  cert: material.certificateChain,
  key: material.key.expose(),
  ...(material.clientAuthorities === undefined ? {} : { ca: material.clientAuthorities }),
});

/** The reference trusts an intermediate alone, without its root (Go accepts that; OpenSSL only when told). */
const partialContextOf = (material: TlsMaterial): SecureContext =>
  createSecureContext({ ...contextOf(material), allowPartialTrustChain: true });
