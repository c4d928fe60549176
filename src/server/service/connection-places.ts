import { networkOf } from './peer.js';

/** Why a connection is refused. `handshake`: TLS, or the client certificate; `same-far-end`: another one has the same address and port. */
export type ConnectionRefusal = 'all' | 'network' | 'strangers' | 'certificate' | 'handshake' | 'same-far-end';

export interface ConnectionPlacesParts {
  readonly maxConnections: number;
  /** Was an approved VM admitted from this network before? */
  readonly isKnown: (network: string) => boolean;
  /** Told of each connection that is refused. */
  readonly onRefused?: (why: ConnectionRefusal) => void;
}

/**
 * How many connections may be open at once, for whom. A network (an IPv4 address, or an IPv6 /64) has at most a quarter of all,
 * a client certificate half. The last quarter is for networks from which approved VMs were admitted before; each of these has
 * at most a sixteenth of all then.
 */
export class ConnectionPlaces {
  readonly #parts: ConnectionPlacesParts;
  readonly #networks = new Map<string, number>();
  readonly #certificates = new Map<string, number>();
  #taken = 0;

  constructor(parts: ConnectionPlacesParts) {
    this.#parts = parts;
  }

  /** Takes a place before the handshake. @returns what gives it back, once; undefined when there is none. */
  take(address: string): (() => void) | undefined {
    const { maxConnections, isKnown } = this.#parts;
    const network = networkOf(address);
    const isLastQuarter = this.#taken >= maxConnections - Math.floor(maxConnections / 4);
    if (isLastQuarter && !isKnown(network)) return this.#refuse('strangers');
    const limit = Math.max(1, Math.ceil(maxConnections / (isLastQuarter ? 16 : 4)));
    if ((this.#networks.get(network) ?? 0) >= limit) return this.#refuse('network');
    count(this.#networks, network, 1);
    this.#taken++;
    return () => {
      count(this.#networks, network, -1);
      this.#taken--;
    };
  }

  /** Takes a place of a client certificate, after the handshake. @returns as `take`. */
  takeOfCertificate(sha256Hex: string): (() => void) | undefined {
    if ((this.#certificates.get(sha256Hex) ?? 0) >= Math.max(1, Math.ceil(this.#parts.maxConnections / 2)))
      return this.#refuse('certificate');
    count(this.#certificates, sha256Hex, 1);
    return () => count(this.#certificates, sha256Hex, -1);
  }

  #refuse(why: ConnectionRefusal): undefined {
    this.#parts.onRefused?.(why);
    return undefined;
  }
}

function count(counts: Map<string, number>, key: string, difference: 1 | -1): void {
  const left = (counts.get(key) ?? 0) + difference;
  if (left > 0) counts.set(key, left);
  else counts.delete(key);
}
