/** The entries that were set last, at most so many. What was not set for the longest time goes first, however often it was asked for. */
export class Recent<Key, Value> {
  readonly #max: number;
  readonly #entries = new Map<Key, Value>();

  constructor(max: number) {
    this.#max = max;
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key);
  }

  set(key: Key, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    const [oldest] = this.#entries;
    if (oldest !== undefined && this.#entries.size > this.#max) this.#entries.delete(oldest[0]);
  }
}
