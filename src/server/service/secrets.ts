import { readFile } from 'node:fs/promises';
import { AppError, messageOf, Secret } from '../../base/index.js';
import type { KeyWrapper } from '../../gcp/index.js';
import { clearBox, kmsBox, tinkBox, type SecretBox } from '../../keyset/index.js';
import { associatedDataOf, type ProvisioningRecord } from '../../record/index.js';
import type { ReleasedSecret } from '../../wire/index.js';
import { systemCode } from '../system-error.js';

/** Opens the secrets of a record, at rest under Alice's keyset or KMS key. */
export interface SecretOpener {
  /**
   * All secrets of the record, or none. @throws AppError CRYPTO_FAILED when one does not open: the record was changed, or
   * the key is another; CONFIG_INVALID when the record needs a keyset that this server was not given.
   */
  open(record: ProvisioningRecord): Promise<readonly ReleasedSecret[]>;
}

export interface SecretOpenerParts {
  /** Of the records: part of what ties a ciphertext to its record. */
  readonly collection: string;
  readonly kms: KeyWrapper;
  /** Of `--secretsKeyset`. */
  readonly tink: SecretBox | undefined;
}

/** Reads the keyset file of `--secretsKeyset`. @throws AppError CONFIG_INVALID when it is unreadable or no keyset. */
export async function readKeysetFile(file: string): Promise<SecretBox> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw new AppError('CONFIG_INVALID', `--secretsKeyset: ${file} cannot be read (${systemCode(cause)})`, { cause });
  }
  try {
    return await tinkBox(bytes);
  } catch (cause) {
    throw new AppError('CONFIG_INVALID', `--secretsKeyset: ${file}: ${messageOf(cause)}`, { cause });
  } finally {
    bytes.fill(0);
  }
}

/** Opens secrets by the scheme that their record names. */
export const openSecrets = (parts: SecretOpenerParts): SecretOpener => ({
  open: async (record) => {
    const box = boxFor(record, parts);
    const associatedData = associatedDataOf(record, `${parts.collection}/${record.instanceid}`);
    const opened: ReleasedSecret[] = [];
    for (const { Name: name, Type: type, Data } of record.secrets) {
      const bytes = await box.open(Data, associatedData(name));
      opened.push({ name, type, data: new Secret(bytes) });
      bytes.fill(0);
    }
    return opened;
  },
});

function boxFor({ secrets_encryption: { scheme, key } }: ProvisioningRecord, { kms, tink }: SecretOpenerParts): SecretBox {
  switch (scheme) {
    case 'none':
      return clearBox;
    case 'tink':
      if (tink === undefined)
        throw new AppError('CONFIG_INVALID', 'the secrets of this record are under a Tink keyset: start with --secretsKeyset');
      return tink;
    case 'kms':
      return kmsBox({
        wrap: (plaintext, associatedData) => kms.wrap(key, plaintext, associatedData),
        unwrap: (ciphertext, associatedData) => kms.unwrap(key, ciphertext, associatedData),
      });
  }
}
