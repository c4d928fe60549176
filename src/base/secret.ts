import { inspect } from 'node:util';
import { equalConstantTime } from './bytes.js';

/**
 * Bytes that must never reach a log, an error or a screen.
 *
 * Every usual way to print an object shows `[secret]`. `expose()` is the only way in, so `grep expose` finds each use.
 * `dispose()` fills the bytes with zero. It cannot wipe copies that the runtime made before (strings, garbage of the
 * young generation): docs/threat-model.md lists those.
 */
export class Secret {
  readonly #bytes: Buffer;
  #disposed = false;

  /** Takes a copy: the caller still owns, and should wipe, what it passed. */
  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes);
  }

  /** The bytes themselves, not a copy. @throws Error after `dispose()`: a wiped secret is never mistaken for zeros. */
  expose(): Buffer {
    if (this.#disposed) throw new Error('this secret was wiped');
    return this.#bytes;
  }

  /** Compares in constant time; false after `dispose()`. */
  equals(other: Uint8Array): boolean {
    return !this.#disposed && equalConstantTime(this.#bytes, other);
  }

  /** Overwrites the bytes with zero. May be called more than once. */
  dispose(): void {
    this.#bytes.fill(0);
    this.#disposed = true;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
