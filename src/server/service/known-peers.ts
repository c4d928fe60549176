import type { Peer } from '../../appraisal/index.js';
import { networkOf } from './peer.js';

interface Place {
  readonly network: string;
  readonly key: string;
}

const maxInstances = 20_000;

/** Where the limits of calls count a caller: its network, and with mTLS its certificate too. */
export const placeKeyOf = ({ address, certificate }: Peer): string => `${networkOf(address)} ${certificate?.sha256Hex ?? ''}`;

/**
 * From where approved VMs called that passed the stages caller, record and channel: the last place of each instance, so that one
 * VM cannot push out others by calling from many places. In memory of this process: after a start nobody is known.
 */
export class KnownPeers {
  /** By instance, the one that was admitted longest ago first. */
  readonly #places = new Map<string, Place>();
  /** How many instances a network, or a key, is the last place of. */
  readonly #counts = new Map<string, number>();

  /** This instance was admitted from there. */
  note(instanceId: string, peer: Peer): void {
    this.#forget(instanceId);
    const place = { network: networkOf(peer.address), key: placeKeyOf(peer) };
    this.#places.set(instanceId, place);
    this.#count(place.network, 1);
    this.#count(place.key, 1);
    const [oldest] = this.#places.keys();
    if (oldest !== undefined && this.#places.size > maxInstances) this.#forget(oldest);
  }

  /** Was an instance admitted from this network, last time with this certificate? */
  has(peer: Peer): boolean {
    return this.#counts.has(placeKeyOf(peer));
  }

  /** Was an instance admitted from this network? That is all that is known of a connection before its handshake. */
  hasNetwork(network: string): boolean {
    return this.#counts.has(network);
  }

  #forget(instanceId: string): void {
    const place = this.#places.get(instanceId);
    if (place === undefined) return;
    this.#places.delete(instanceId);
    this.#count(place.network, -1);
    this.#count(place.key, -1);
  }

  #count(key: string, difference: 1 | -1): void {
    const count = (this.#counts.get(key) ?? 0) + difference;
    if (count > 0) this.#counts.set(key, count);
    else this.#counts.delete(key);
  }
}
