import type { ProvisioningRecord } from '../../record/index.js';
import type { ReleasedSecret } from '../../wire/index.js';

/** Opens the secrets of a record, at rest under Alice's keyset or KMS key. */
export interface SecretOpener {
  /** @throws AppError CRYPTO_FAILED when one does not open: the record was changed, or the key is another. */
  open(record: ProvisioningRecord): Promise<readonly ReleasedSecret[]>;
}
