import { AppError } from '../../base/index.js';
import { KeyedBuckets, TokenBucket } from '../token-bucket.js';

export interface LimitSettings {
  readonly callsPerMinute: number;
  readonly callsPerMinutePerInstance: number;
}

const maxKeys = 20_000;

/** How often callers may ask. All of it is asked before the first cloud call of a request. */
export class CallLimits {
  readonly #all: TokenBucket;
  readonly #addresses: KeyedBuckets;
  readonly #instances: KeyedBuckets;
  readonly #unknownInstances: KeyedBuckets;
  readonly #sessions: KeyedBuckets;

  constructor({ callsPerMinute, callsPerMinutePerInstance }: LimitSettings, nowMs: () => number = () => performance.now()) {
    const burst = Math.max(1, Math.ceil(callsPerMinute / 6));
    this.#all = new TokenBucket({ perMinute: callsPerMinute, capacity: burst }, nowMs);
    // No single address can use up what is there for all.
    const quarter = Math.max(1, Math.ceil(callsPerMinute / 4));
    this.#addresses = new KeyedBuckets({ perMinute: quarter, capacity: Math.max(1, Math.ceil(burst / 4)), maxKeys }, nowMs);
    const perInstance = { perMinute: callsPerMinutePerInstance, capacity: Math.max(1, Math.ceil(callsPerMinutePerInstance / 2)) };
    this.#instances = new KeyedBuckets({ ...perInstance, maxKeys }, nowMs);
    this.#unknownInstances = new KeyedBuckets({ perMinute: 30, capacity: 20, maxKeys }, nowMs);
    // A session takes memory until it is over.
    const sessionsPerMinute = Math.max(1, Math.ceil(callsPerMinutePerInstance / 6));
    this.#sessions = new KeyedBuckets({ perMinute: sessionsPerMinute, capacity: sessionsPerMinute, maxKeys }, nowMs);
  }

  /** Before anything is decoded. @throws AppError RATE_LIMITED */
  admitConnection(address: string): void {
    if (!this.#addresses.take(address)) throw limited('this address');
    if (!this.#all.take()) throw limited('all callers together');
  }

  /** After the caller's token was good, before its record is read. @throws AppError RATE_LIMITED */
  admitInstance(instanceId: string): void {
    if (!this.#instances.take(instanceId)) throw limited('this instance');
    if (this.#unknownInstances.isEmpty(instanceId)) throw limited('an instance that has no record');
  }

  /** Counts a read that found no record: only so many of them are made for one instance. */
  noteUnknown(instanceId: string): void {
    this.#unknownInstances.take(instanceId);
  }

  /** Before a session is opened. @throws AppError RATE_LIMITED */
  admitSession(instanceId: string): void {
    if (!this.#sessions.take(instanceId)) throw limited('MakeCredential by this instance');
  }
}

const limited = (whose: string): AppError => new AppError('RATE_LIMITED', `too many calls of ${whose}`);
