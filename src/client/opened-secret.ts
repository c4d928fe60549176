import type { Secret } from '../base/index.js';
import type { KeysetAead } from '../keyset/index.js';
import type { ReleasedSecret } from '../wire/index.js';

/** A secret that the workload can use. */
export interface OpenedSecret {
  readonly name: string;
  /** INDIRECT: a ciphertext that the workload gets decrypted, see indirect.ts. */
  readonly type: ReleasedSecret['type'] | 'INDIRECT';
  /** RAW: the bytes as Alice gave them. TPM: what was sealed. TINK: the binary keyset. INDIRECT: the plaintext. */
  readonly value: Secret;
  /** For a TINK keyset of that use. */
  readonly aead: KeysetAead | undefined;
}
