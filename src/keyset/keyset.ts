import { AppError, messageOf } from '../base/index.js';
import { binaryFromJsonKeyset, isJsonKeyset } from './json-keyset.js';
import { decodeKeyset, keyMaterialTypes, keyStatuses, outputPrefixTypes } from './keyset-message.js';
import { loadTink } from './tink-library.js';

/** A keyset ready for use: encrypts with its primary key, decrypts with any of its enabled keys. */
export interface KeysetAead {
  encrypt(plaintext: Uint8Array, associatedData: Uint8Array): Promise<Buffer>;
  /** @throws AppError CRYPTO_FAILED for a ciphertext of another key or other associated data, or one that was changed. */
  decrypt(ciphertext: Uint8Array, associatedData: Uint8Array): Promise<Buffer>;
}

/** What a keyset holds, without key material: for people. */
export interface KeysetSummary {
  readonly primaryKeyId: number;
  readonly keys: readonly { readonly keyId: number; readonly type: string; readonly status: string; readonly prefix: string }[];
}

/** A keyset has at most this many bytes; a bigger one is refused before it is read. */
export const maxKeysetBytes = 16 * 1024;

const typePrefix = 'type.googleapis.com/google.crypto.tink.';
const usableTypes: readonly string[] = [`${typePrefix}AesGcmKey`, `${typePrefix}AesCtrHmacAeadKey`];

/** The binary form of a cleartext keyset, given as binary or JSON. @throws AppError CRYPTO_FAILED */
export function binaryKeyset(bytes: Uint8Array): Buffer {
  if (bytes.length === 0 || bytes.length > maxKeysetBytes) {
    throw new AppError('CRYPTO_FAILED', `a keyset has 1 to ${maxKeysetBytes} bytes, this one ${bytes.length}`);
  }
  return isJsonKeyset(bytes) ? binaryFromJsonKeyset(bytes) : Buffer.from(bytes);
}

/**
 * Checks and describes a keyset, binary or JSON.
 * @throws AppError CRYPTO_FAILED when it is no keyset, its primary key is missing or not enabled, or a key is of a type
 * other than AES-GCM and AES-CTR-HMAC AEAD (the two that tink-crypto does without a browser); the type is named.
 */
export function inspectKeyset(bytes: Uint8Array): KeysetSummary {
  const { primaryKeyId, key } = decodeKeyset(binaryKeyset(bytes));
  const refused = (why: string): AppError => new AppError('CRYPTO_FAILED', `the keyset cannot be used: ${why}`);
  const keys = key.map((each) => {
    const status = nameOf(keyStatuses, each.status);
    const prefix = nameOf(outputPrefixTypes, each.outputPrefixType);
    if (!usableTypes.includes(each.typeUrl))
      throw refused(`key ${each.keyId} is of type ${printable(each.typeUrl)}; only AES-GCM and AES-CTR-HMAC AEAD are supported`);
    if (each.keyMaterialType !== keyMaterialTypes.SYMMETRIC) throw refused(`key ${each.keyId} is not symmetric key material`);
    if (status === undefined || each.status === keyStatuses.UNKNOWN_STATUS) throw refused(`key ${each.keyId} has an unknown status`);
    if (prefix === undefined || each.outputPrefixType === outputPrefixTypes.UNKNOWN_PREFIX)
      throw refused(`key ${each.keyId} has an unknown output prefix`);
    return { keyId: each.keyId, type: each.typeUrl.slice(typePrefix.length), status, prefix };
  });
  const primaries = keys.filter(({ keyId }) => keyId === primaryKeyId);
  if (primaries.length !== 1 || primaries[0]?.status !== 'ENABLED') throw refused('it has no single enabled primary key');
  return { primaryKeyId, keys };
}

/** Makes a keyset usable. @throws AppError CRYPTO_FAILED as inspectKeyset, and where a key has a wrong length or version. */
export async function openKeyset(bytes: Uint8Array): Promise<KeysetAead> {
  const binary = binaryKeyset(bytes);
  inspectKeyset(binary);
  const tink = await loadTink();
  const aead = await attempt('the keyset cannot be used', async () => {
    const handle = tink.binaryInsecure.deserializeKeyset(new Uint8Array(binary));
    return handle.getPrimitive<InstanceType<typeof tink.aead.Aead>>(tink.aead.Aead);
  });
  return {
    encrypt: async (plaintext, associatedData) =>
      Buffer.from(await attempt('encryption failed', () => aead.encrypt(new Uint8Array(plaintext), new Uint8Array(associatedData)))),
    decrypt: async (ciphertext, associatedData) =>
      Buffer.from(
        await attempt('the ciphertext does not open with this keyset', () =>
          aead.decrypt(new Uint8Array(ciphertext), new Uint8Array(associatedData)),
        ),
      ),
  };
}

/** A new AES-256-GCM keyset with one key and Tink's prefix, binary. */
export async function createKeyset(): Promise<Buffer> {
  const tink = await loadTink();
  const handle = await tink.generateNewKeysetHandle(tink.aead.aes256GcmKeyTemplate());
  return Buffer.from(tink.binaryInsecure.serializeKeyset(handle));
}

async function attempt<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw new AppError('CRYPTO_FAILED', `${what}: ${messageOf(error)}`, { cause: error });
  }
}

const nameOf = (names: Readonly<Record<string, number>>, number: number): string | undefined =>
  Object.entries(names).find(([, value]) => value === number)?.[0];

const printable = (text: string): string => JSON.stringify(text.slice(0, 100));
