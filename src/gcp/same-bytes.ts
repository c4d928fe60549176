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
  readonly #room: number;
  /** The one that was not used for the longest time comes first. */
  readonly #kept = new Map<string, Kept<T>>();
  #taken = 0;

  /** @param room in bytes for all answers together, each as long as it came and a KiB more; one of more than a sixteenth is not kept. */
  constructor(room: number) {
    this.#room = room;
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
    if (roomOf(answer) > this.#room / 16) return answer.decoded;
    this.#kept.set(place, answer);
    this.#taken += roomOf(answer);
    for (const [oldest, its] of this.#kept) {
      if (this.#taken <= this.#room) break;
      this.#forget(oldest, its);
    }
    return answer.decoded;
  }

  #forget(place: string, answer: Kept<T>): void {
    this.#kept.delete(place);
    this.#taken -= roomOf(answer);
  }
}

/** The name and the decoded objects of a short answer take more than its bytes. */
const roomOf = ({ bytes }: { readonly bytes: Uint8Array }): number => bytes.length + 1024;
