interface Kept<T> {
  readonly bytes: Uint8Array;
  readonly decoded: T;
}

/**
 * What answers were decoded to, by the place they came from: when the same bytes come from the same place again, they need not
 * be decoded again, and whatever was derived of them (see `onceForEach`) holds. Every question is still asked anew: this spares
 * the decoding of an answer, never the asking. What it gives is shared by all who asked, and must not be changed.
 */
export class SameBytes<T extends object> {
  readonly #maxBytes: number;
  /** The one that was not used for the longest time comes first. */
  readonly #kept = new Map<string, Kept<T>>();
  #keptBytes = 0;

  /** @param maxBytes of all answers together, as they came; one that takes more than a sixteenth of it is not kept. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @param place names the thing that was asked for, and no other. @param decode its errors are not kept. */
  decode(place: string, bytes: Uint8Array, decode: (bytes: Buffer) => T): T {
    const before = this.#kept.get(place);
    if (before !== undefined) {
      this.#forget(place, before);
      if (Buffer.compare(before.bytes, bytes) === 0) return this.#keep(place, before);
    }
    // Of its own: a piece of a larger buffer would keep all of that.
    const own = Buffer.allocUnsafeSlow(bytes.length);
    own.set(bytes);
    return this.#keep(place, { bytes: own, decoded: decode(own) });
  }

  #keep(place: string, answer: Kept<T>): T {
    if (answer.bytes.length <= this.#maxBytes / 16) {
      this.#kept.set(place, answer);
      this.#keptBytes += answer.bytes.length;
      for (const [oldest, { ...its }] of this.#kept) {
        if (this.#keptBytes <= this.#maxBytes) break;
        this.#forget(oldest, its);
      }
    }
    return answer.decoded;
  }

  #forget(place: string, answer: Kept<T>): void {
    this.#kept.delete(place);
    this.#keptBytes -= answer.bytes.length;
  }
}
