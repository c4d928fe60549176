import type { Secret } from '../base/index.js';
import type { OpenedSecret } from './unwrap.js';

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

  /** The secret with its value and, for a keyset, its AEAD; undefined when there is none of this name. @throws Error after `dispose`. */
  get(name: string): OpenedSecret | undefined {
    if (this.#disposed) throw new Error('the secrets were wiped');
    return this.#secrets.get(name);
  }

  /** The value alone. @throws as get. */
  value(name: string): Secret | undefined {
    return this.get(name)?.value;
  }

  /** May be called more than once. */
  dispose(): void {
    this.#disposed = true;
    for (const { value } of this.#secrets.values()) value.dispose();
  }
}
