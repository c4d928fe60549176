import { readFile, stat } from 'node:fs/promises';
import { AppError, isAppError, messageOf, Secret } from '../base/index.js';
import type { KeyWrapper } from '../gcp/index.js';
import { binaryKeyset, clearBox, inspectKeyset, kmsBox, tinkBox, type SecretBox } from '../keyset/index.js';
import { parseSecretsFile, secretAssociatedData, type ProvisioningRecord, type SecretEntry, type StoredSecret } from '../record/index.js';
import { decodeImportBlob, decodePublic, sealingPolicyOf } from '../tpm/index.js';
import type { SecretSummary } from './secret-summary.js';

/** Base64 of the largest allowed content, with names and room for white space. */
const maxFileBytes = 2 * 1024 * 1024;
const maxKeysetFileBytes = 64 * 1024;

/**
 * Reads `--secretsFile`. Keysets given as Tink's JSON become binary ones, as the TokenClient reads them.
 * @throws AppError CONFIG_INVALID when the file cannot be read, RECORD_MALFORMED with every wrong entry named
 */
export async function readSecrets(file: string): Promise<readonly SecretEntry[]> {
  const text = (await readBounded('secretsFile', file, maxFileBytes)).toString('utf8');
  const entries = parseSecretsFile(file, text, {
    tink: (data) => problemOf(() => inspectKeyset(data)),
    tpm: (data) => problemOf(() => requireImportBlob(data)),
  });
  return entries.map((entry) => (entry.type === 'TINK' ? { ...entry, data: new Secret(binaryKeyset(entry.data.expose())) } : entry));
}

/** What the review may show of them. */
export const summaryOf = (entries: readonly SecretEntry[]): readonly SecretSummary[] =>
  entries.map(({ name, type, data }) => ({ name, type, bytes: data.expose().length }));

/** How secrets are stored, and the box that does it. */
export interface Storage {
  readonly box: SecretBox;
  readonly encryption: ProvisioningRecord['secrets_encryption'];
}

/** The flags that say how. */
export interface StorageChoice {
  readonly secretsKeyset: string | undefined;
  readonly secretsKmsKey: string | undefined;
}

/** @throws AppError CONFIG_INVALID or CRYPTO_FAILED for a keyset that cannot be read or used */
export async function openStorage({ secretsKeyset, secretsKmsKey }: StorageChoice, kms: KeyWrapper): Promise<Storage> {
  if (secretsKmsKey !== undefined) return { box: kmsBoxFor(secretsKmsKey, kms), encryption: { scheme: 'kms', key: secretsKmsKey } };
  if (secretsKeyset === undefined) return { box: clearBox, encryption: { scheme: 'none', key: '' } };
  const keyset = await readBounded('secretsKeyset', secretsKeyset, maxKeysetFileBytes);
  const { primaryKeyId } = inspectKeyset(keyset);
  const box = await tinkBox(keyset);
  keyset.fill(0);
  return { box, encryption: { scheme: 'tink', key: String(primaryKeyId) } };
}

/** The box that opens the secrets of a stored record. @throws AppError CONFIG_INVALID when they are under a keyset and none is given */
export async function boxFor(
  { scheme, key }: ProvisioningRecord['secrets_encryption'],
  keysetFile: string | undefined,
  kms: KeyWrapper,
): Promise<SecretBox> {
  if (scheme === 'none') return clearBox;
  if (scheme === 'kms') return kmsBoxFor(key, kms);
  if (keysetFile === undefined)
    throw new AppError('CONFIG_INVALID', '--secretsKeyset is missing: the stored secrets are under a keyset; give the one that holds it');
  return (await openStorage({ secretsKeyset: keysetFile, secretsKmsKey: undefined }, kms)).box;
}

const kmsBoxFor = (key: string, kms: KeyWrapper): SecretBox =>
  kmsBox({
    wrap: (plaintext, associatedData) => kms.wrap(key, plaintext, associatedData),
    unwrap: (ciphertext, associatedData) => kms.unwrap(key, ciphertext, associatedData),
  });

/** Where the approval of a VM is kept, as it goes into the associated data of its secrets. */
export const documentPath = (collection: string, instanceId: string): string => `${collection}/${instanceId}`;

/**
 * The secrets as they are stored under this record. The record given holds their names and types already (its `Data` is not
 * looked at): those are part of what the ciphertexts are tied to.
 */
export async function sealSecrets(
  entries: readonly SecretEntry[],
  record: ProvisioningRecord,
  path: string,
  box: SecretBox,
): Promise<readonly StoredSecret[]> {
  return Promise.all(
    entries.map(async ({ name, type, data }) => ({
      Name: name,
      Type: type,
      Data: new Uint8Array(await box.seal(data.expose(), secretAssociatedData(record, path, name))),
    })),
  );
}

/** Entries without data, for a record that is not written. */
export const unsealed = (entries: readonly SecretEntry[]): readonly StoredSecret[] =>
  entries.map(({ name, type }) => ({ Name: name, Type: type, Data: new Uint8Array() }));

/** A blob that the TPM can open: it decodes, and the policy of its object is the one that its PCR values give. */
function requireImportBlob(data: Uint8Array): void {
  const blob = decodeImportBlob(data);
  const { authPolicy, type } = decodePublic(blob.publicArea);
  if (type === 'ecc') throw new AppError('BYTES_MALFORMED', 'the object is neither sealed data nor an RSA key');
  const expected = sealingPolicyOf(blob)?.policy ?? Buffer.alloc(0);
  if (!expected.equals(authPolicy))
    throw new AppError('BYTES_MALFORMED', 'its PCR values do not give the policy of its object: no TPM opens it');
}

/** The problem in words. The readers say where bytes are wrong, never what they are. */
function problemOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (isAppError(error, 'BYTES_MALFORMED', 'CRYPTO_FAILED')) return messageOf(error);
    throw error;
  }
}

/** Reads a file that a flag names. @throws AppError CONFIG_INVALID when it is too big or cannot be read */
export async function readBounded(flag: string, file: string, maxBytes: number): Promise<Buffer> {
  try {
    const { size } = await stat(file);
    if (size > maxBytes) throw new AppError('CONFIG_INVALID', `--${flag}: ${file} has ${size} bytes; at most ${maxBytes} are read`);
    return await readFile(file);
  } catch (error) {
    if (isAppError(error)) throw error;
    throw new AppError('CONFIG_INVALID', `--${flag}: cannot read ${file}; name a file that this user can read`, { cause: error });
  }
}
