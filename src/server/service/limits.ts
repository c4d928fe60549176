import { AppError } from '../../base/index.js';
import type { Peer } from '../../appraisal/index.js';
import { KeyedBuckets, TokenBucket } from '../token-bucket.js';
import { KnownPeers, placeKeyOf } from './known-peers.js';
import { networkOf } from './peer.js';

export interface LimitSettings {
  readonly callsPerMinute: number;
  readonly callsPerMinutePerInstance: number;
  /** Told of each call that a limit stops. */
  readonly onLimited?: ((limit: CallLimit) => void) | undefined;
}

/** The limits by name, and whose calls they count. */
const callLimits = {
  network: 'this address',
  certificate: 'this certificate',
  strangers: 'all callers together',
  known: 'all callers together',
  instance: 'this instance',
  'unknown-instance': 'an instance that has no record',
  session: 'MakeCredential by this instance',
} as const;

export type CallLimit = keyof typeof callLimits;

const maxKeys = 20_000;

/** A part of all calls: so much of the rate, so much of what may come at once. */
const partOf = (
  callsPerMinute: number,
  part: number,
): { readonly perMinute: number; readonly capacity: number; readonly maxKeys: number } => ({
  perMinute: Math.max(1, callsPerMinute * part),
  capacity: Math.max(1, Math.ceil((callsPerMinute / 6) * part)),
  maxKeys,
});

/**
 * How often callers may ask. All of it is asked before the first cloud call of a request. Before a token is looked at, a network
 * (an IPv4 address, or an IPv6 /64) has a quarter of all calls, a client certificate half. Strangers share three quarters; the
 * last one is for places from which approved VMs were admitted before, and each of these has at most a quarter of it.
 */
export class CallLimits {
  readonly #known = new KnownPeers();
  readonly #networks: KeyedBuckets;
  readonly #certificates: KeyedBuckets;
  readonly #all: TokenBucket;
  readonly #kept: TokenBucket;
  readonly #keptOf: KeyedBuckets;
  readonly #instances: KeyedBuckets;
  readonly #unknownInstances: KeyedBuckets;
  readonly #sessions: KeyedBuckets;

  readonly #onLimited: ((limit: CallLimit) => void) | undefined;

  constructor(settings: LimitSettings, nowMs: () => number = () => performance.now()) {
    const { callsPerMinute, callsPerMinutePerInstance, onLimited } = settings;
    this.#onLimited = onLimited;
    this.#networks = new KeyedBuckets(partOf(callsPerMinute, 1 / 4), nowMs);
    this.#certificates = new KeyedBuckets(partOf(callsPerMinute, 1 / 2), nowMs);
    this.#all = new TokenBucket(partOf(callsPerMinute, 3 / 4), nowMs);
    this.#kept = new TokenBucket(partOf(callsPerMinute, 1 / 4), nowMs);
    this.#keptOf = new KeyedBuckets(partOf(callsPerMinute, 1 / 16), nowMs);
    const perInstance = { perMinute: callsPerMinutePerInstance, capacity: Math.max(1, Math.ceil(callsPerMinutePerInstance / 2)) };
    this.#instances = new KeyedBuckets({ ...perInstance, maxKeys }, nowMs);
    this.#unknownInstances = new KeyedBuckets({ perMinute: 30, capacity: 20, maxKeys }, nowMs);
    // A session takes memory until it is over.
    const sessionsPerMinute = Math.max(1, Math.ceil(callsPerMinutePerInstance / 6));
    this.#sessions = new KeyedBuckets({ perMinute: sessionsPerMinute, capacity: sessionsPerMinute, maxKeys }, nowMs);
  }

  /** Before anything is decoded. @throws AppError RATE_LIMITED */
  admitConnection(peer: Peer): void {
    if (!this.#networks.take(networkOf(peer.address))) throw this.#limited('network');
    if (peer.certificate !== undefined && !this.#certificates.take(peer.certificate.sha256Hex)) throw this.#limited('certificate');
    if (this.#all.take()) return;
    if (!this.#known.has(peer)) throw this.#limited('strangers');
    if (!this.#keptOf.take(placeKeyOf(peer)) || !this.#kept.take()) throw this.#limited('known');
  }

  /** After the caller's token was good, before its record is read. @throws AppError RATE_LIMITED */
  admitInstance(instanceId: string): void {
    if (!this.#instances.take(instanceId)) throw this.#limited('instance');
    if (this.#unknownInstances.isEmpty(instanceId)) throw this.#limited('unknown-instance');
  }

  /** An approved instance passed the stages caller, record and channel from there. */
  noteAdmitted(instanceId: string, peer: Peer): void {
    this.#known.note(instanceId, peer);
  }

  /** Was an approved instance admitted from this network? */
  isKnownNetwork(network: string): boolean {
    return this.#known.hasNetwork(network);
  }

  /** Counts a read that found no record: only so many of them are made for one instance. */
  noteUnknown(instanceId: string): void {
    this.#unknownInstances.take(instanceId);
  }

  /** Before a session is opened. @throws AppError RATE_LIMITED */
  admitSession(instanceId: string): void {
    if (!this.#sessions.take(instanceId)) throw this.#limited('session');
  }

  #limited(limit: CallLimit): AppError {
    this.#onLimited?.(limit);
    return new AppError('RATE_LIMITED', `too many calls of ${callLimits[limit]}`);
  }
}
