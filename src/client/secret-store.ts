import { AppError, type Secret } from '../base/index.js';
import type { OpenedSecret } from './opened-secret.js';

/**
 * The worker's hands: the opened secrets of one release, in memory, by name. `dispose` fills them with zero; nothing can be
 * taken out afterwards.
 */
export class SecretStore {
  readonly #secrets: ReadonlyMap<string, OpenedSecret>;
  #disposed = false;

  constructor(secrets: readonly OpenedSecret[]) {
    this.#secrets = new Map(secrets.map((secret) => [secret.name, secret]));
  }

  /** The names, in the order of the release. */
  get names(): readonly string[] {
    return [...this.#secrets.keys()];
  }

  /** All of them, in the order of the release. @throws Error after `dispose`. */
  get all(): readonly OpenedSecret[] {
    return this.names.flatMap((name) => this.get(name) ?? []);
  }

  /** The secret with its value and, for a keyset, its AEAD; undefined when there is none of this name. @throws Error after `dispose`. */
  get(name: string): OpenedSecret | undefined {
    if (this.#disposed) throw new Error('the secrets were wiped');
    return this.#secrets.get(name);
  }

  /** The value alone. @throws as get. */
  value(name: string): Secret | undefined {
    return this.get(name)?.value;
  }

  /** The bytes themselves, not a copy: they become zero with `dispose`. @throws AppError CONFIG_INVALID when there is none of this name; as get. */
  bytes(name: string): Buffer {
    const value = this.value(name);
    if (value === undefined) {
      const known = this.names.join(', ') || 'no secret';
      throw new AppError('CONFIG_INVALID', `the release has no secret named ${name}; it has ${known}: agree on the names with Alice`);
    }
    return value.expose();
  }

  /** May be called more than once. */
  dispose(): void {
    this.#disposed = true;
    for (const { value } of this.#secrets.values()) value.dispose();
  }
}
