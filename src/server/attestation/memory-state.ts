import { AppError } from '../../base/index.js';
import type { StateStore, StateValue } from '../../gcp/index.js';

/**
 * A StateStore in the memory of one process: what is in it is gone after a restart, and no other replica sees it.
 * Values with a field `expiresAt` (Date) are gone after that time. It never drops a live value to make room.
 */
export class MemoryState implements StateStore {
  readonly #values = new Map<string, StateValue>();
  readonly #maxValues: number;
  readonly #now: () => Date;

  constructor(maxValues: number, now: () => Date) {
    this.#maxValues = maxValues;
    this.#now = now;
  }

  get size(): number {
    return this.#values.size;
  }

  create(key: string, value: StateValue): Promise<void> {
    return this.#settle(() => {
      if (this.#live(key) !== undefined) throw new AppError('CLOUD_ALREADY_EXISTS', `${key} is taken`);
      this.#put(key, value);
    });
  }

  get(key: string): Promise<StateValue | undefined> {
    return this.#settle(() => this.#live(key));
  }

  getMany(keys: readonly string[]): Promise<readonly (StateValue | undefined)[]> {
    return this.#settle(() => keys.map((key) => this.#live(key)));
  }

  set(key: string, value: StateValue): Promise<void> {
    return this.#settle(() => this.#put(key, value));
  }

  consume(key: string): Promise<void> {
    return this.#settle(() => {
      if (this.#live(key) === undefined) throw new AppError('CLOUD_NOT_FOUND', `${key} is not there`);
      this.#values.delete(key);
    });
  }

  /** Each operation runs whole, in one turn of the event loop: nothing comes between its look and its act. */
  #settle<T>(act: () => T): Promise<T> {
    return new Promise((resolve) => {
      resolve(act());
    });
  }

  #live(key: string): StateValue | undefined {
    const value = this.#values.get(key);
    if (value === undefined || !this.#isOver(value)) return value;
    this.#values.delete(key);
    return undefined;
  }

  #put(key: string, value: StateValue): void {
    if (!this.#values.has(key) && this.#values.size >= this.#maxValues) {
      for (const [other, held] of this.#values) if (this.#isOver(held)) this.#values.delete(other);
      if (this.#values.size >= this.#maxValues) throw new AppError('RATE_LIMITED', 'too many sessions are open (--maxSessions)');
    }
    this.#values.set(key, withOwnBytes(value));
  }

  #isOver(value: StateValue): boolean {
    const expiresAt = value['expiresAt'];
    return expiresAt instanceof Date && expiresAt.getTime() <= this.#now().getTime();
  }
}

/** A copy: bytes of a request are a window on all that came with it, which would be kept as long as they are. */
const withOwnBytes = (value: StateValue): StateValue =>
  Object.fromEntries(Object.entries(value).map(([name, field]) => [name, field instanceof Uint8Array ? Uint8Array.from(field) : field]));
