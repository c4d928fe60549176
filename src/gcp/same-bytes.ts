interface Kept<T> {
  /** The bytes, as a text of as many characters (Latin-1): V8 compares it as fast, and frees it sooner than a buffer. */
  readonly text: string;
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
  decode(place: string, bytes: Buffer, decode: (bytes: Buffer) => T): T {
    const text = bytes.toString('latin1');
    const before = this.#kept.get(place);
    if (before !== undefined) {
      this.#forget(place, before);
      if (before.text === text) return this.#keep(place, before);
    }
    return this.#keep(place, { text, decoded: decode(bytes) });
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
const roomOf = ({ text }: Pick<Kept<unknown>, 'text'>): number => text.length + 1024;
