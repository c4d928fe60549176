/** A token bucket: `capacity` at once, `perMinute` in the long run. */
export class TokenBucket {
  readonly #capacity: number;
  readonly #perMillisecond: number;
  readonly #nowMs: () => number;
  #tokens: number;
  #filledAtMs: number;

  /** @param nowMs a clock that never goes back. */
  constructor(limit: { readonly perMinute: number; readonly capacity: number }, nowMs: () => number) {
    this.#capacity = limit.capacity;
    this.#perMillisecond = limit.perMinute / 60_000;
    this.#nowMs = nowMs;
    this.#tokens = limit.capacity;
    this.#filledAtMs = nowMs();
  }

  /** Takes one token; false when there is none. */
  take(): boolean {
    this.#refill();
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Milliseconds until a token is there; 0 when one is. */
  waitMs(): number {
    this.#refill();
    return this.#tokens >= 1 ? 0 : Math.ceil((1 - this.#tokens) / this.#perMillisecond);
  }

  #refill(): void {
    const now = this.#nowMs();
    this.#tokens = Math.min(this.#capacity, this.#tokens + (now - this.#filledAtMs) * this.#perMillisecond);
    this.#filledAtMs = now;
  }
}

/** One bucket for each key, for at most `maxKeys` keys: the key that was not seen for longest is forgotten first. */
export class KeyedBuckets {
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #make: () => TokenBucket;
  readonly #maxKeys: number;

  constructor(limit: { readonly perMinute: number; readonly capacity: number; readonly maxKeys: number }, nowMs: () => number) {
    this.#make = () => new TokenBucket(limit, nowMs);
    this.#maxKeys = limit.maxKeys;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Has this key used up its tokens? Takes none. */
  isEmpty(key: string): boolean {
    const bucket = this.#buckets.get(key);
    return bucket !== undefined && bucket.waitMs() > 0;
  }

  /** Takes one token of the key's bucket. */
  take(key: string): boolean {
    const bucket = this.#buckets.get(key) ?? this.#make();
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > this.#maxKeys) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return bucket.take();
  }
}
