import { AppError, messageOf } from '../base/index.js';
import { aesGcmOpener } from './aes-gcm.js';
import { binaryFromJsonKeyset, isJsonKeyset } from './json-keyset.js';
import { keyTypes, type KeyType, type Primitive } from './key-types.js';
import { decodeKeyset, keyStatuses, outputPrefixTypes, type KeysetKey } from './keyset-message.js';
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
  readonly primitive: Primitive;
  readonly keys: readonly { readonly keyId: number; readonly type: string; readonly status: string; readonly prefix: string }[];
}

/** A keyset has at most this many bytes; a bigger one is refused before it is read. */
export const maxKeysetBytes = 16 * 1024;

export const typePrefix = 'type.googleapis.com/google.crypto.tink.';

/** The binary form of a cleartext keyset, given as binary or JSON. @throws AppError CRYPTO_FAILED */
export function binaryKeyset(bytes: Uint8Array): Buffer {
  if (bytes.length === 0 || bytes.length > maxKeysetBytes) {
    throw new AppError('CRYPTO_FAILED', `a keyset has 1 to ${maxKeysetBytes} bytes, this one ${bytes.length}`);
  }
  return isJsonKeyset(bytes) ? binaryFromJsonKeyset(bytes) : Buffer.from(bytes);
}

/**
 * Checks and describes a keyset, binary or JSON.
 * @throws AppError CRYPTO_FAILED when it is no keyset, its primary key is missing or not enabled, its keys are for different
 * uses, a key cannot be used, or is of a type that tink-crypto does not read; the type is named.
 */
export function inspectKeyset(bytes: Uint8Array): KeysetSummary {
  const { primaryKeyId, key } = decodeKeyset(binaryKeyset(bytes));
  const keys = key.map(inspectKey);
  const primaries = keys.filter(({ keyId }) => keyId === primaryKeyId);
  const [primary] = primaries;
  if (primary === undefined || primaries.length !== 1 || primary.status !== 'ENABLED')
    throw refused('it has no single enabled primary key');
  const { primitive } = primary;
  if (keys.some((each) => each.primitive !== primitive)) throw refused('its keys are for different uses');
  return { primaryKeyId, primitive, keys: keys.map(({ keyId, type, status, prefix }) => ({ keyId, type, status, prefix })) };
}

const refused = (why: string): AppError => new AppError('CRYPTO_FAILED', `the keyset cannot be used: ${why}`);

function inspectKey({ keyId, typeUrl, value, ...key }: KeysetKey): KeysetSummary['keys'][number] & { readonly primitive: Primitive } {
  const type = typeUrl.startsWith(typePrefix) ? typeUrl.slice(typePrefix.length) : typeUrl;
  const known = typeUrl.startsWith(typePrefix) ? keyTypes.get(type) : undefined;
  if (known === undefined) throw refused(`key ${keyId} is of type ${printable(typeUrl)}; supported are ${[...keyTypes.keys()].join(', ')}`);
  if (key.keyMaterialType !== known.material) throw refused(`key ${keyId} is not the key material that its type has`);
  const status = nameOf(keyStatuses, key.status);
  const prefix = nameOf(outputPrefixTypes, key.outputPrefixType);
  if (status === undefined || key.status === keyStatuses.UNKNOWN_STATUS) throw refused(`key ${keyId} has an unknown status`);
  if (prefix === undefined || key.outputPrefixType === outputPrefixTypes.UNKNOWN_PREFIX)
    throw refused(`key ${keyId} has an unknown output prefix`);
  const problem = key.status === keyStatuses.DESTROYED ? undefined : keyProblem(known, value);
  if (problem !== undefined) throw refused(`key ${keyId} (${type}): ${problem}`);
  return { keyId, type, status, prefix, primitive: known.primitive };
}

function keyProblem(type: KeyType, value: Uint8Array): string | undefined {
  try {
    return type.problem(value);
  } catch {
    return 'its value does not decode';
  }
}

/** Makes an AEAD keyset usable. @throws AppError CRYPTO_FAILED as inspectKeyset, and for a keyset of another use. */
export async function openKeyset(bytes: Uint8Array): Promise<KeysetAead> {
  const binary = binaryKeyset(bytes);
  const { primitive } = inspectKeyset(binary);
  if (primitive !== 'aead') throw refused(`it is for ${primitive}; an AEAD keyset is needed here`);
  const tink = await loadTink();
  const aead = await attempt('the keyset cannot be used', async () => {
    const handle = tink.binaryInsecure.deserializeKeyset(new Uint8Array(binary));
    return handle.getPrimitive<InstanceType<typeof tink.aead.Aead>>(tink.aead.Aead);
  });
  const openAesGcm = aesGcmOpener(decodeKeyset(binary));
  return {
    encrypt: async (plaintext, associatedData) =>
      Buffer.from(await attempt('encryption failed', () => aead.encrypt(new Uint8Array(plaintext), new Uint8Array(associatedData)))),
    decrypt: async (ciphertext, associatedData) => {
      if (openAesGcm === undefined)
        return Buffer.from(await attempt(doesNotOpen, () => aead.decrypt(new Uint8Array(ciphertext), new Uint8Array(associatedData))));
      const opened = openAesGcm(ciphertext, associatedData);
      if (opened === undefined) throw new AppError('CRYPTO_FAILED', doesNotOpen);
      return opened;
    },
  };
}

const doesNotOpen = 'the ciphertext does not open with this keyset';

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
