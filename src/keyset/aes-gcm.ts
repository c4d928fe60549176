import { createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { decodeKey } from './key-message.js';
import { keyStatuses, outputPrefixTypes, type KeysetMessage } from './keyset-message.js';

const nonceLength = 12;
const tagLength = 16;

interface Entry {
  /** What the ciphertexts of this key begin with: nothing, or a byte that names the kind and the key's id, big-endian. */
  readonly prefix: Buffer;
  readonly key: KeyObject;
}

/** Opens one ciphertext. @returns undefined when no key of the keyset opens it. */
export type AesGcmOpener = (ciphertext: Uint8Array, associatedData: Uint8Array) => Buffer | undefined;

/**
 * Opens what a keyset of AES-GCM keys sealed, by node:crypto: tink-crypto goes through WebCrypto, which takes some twenty times as
 * long for a short secret (docs/performance.md). Sealed form: prefix, nonce (12), ciphertext, tag (16).
 * @param keyset checked before, see `inspectKeyset`.
 * @returns undefined for a keyset with an enabled key of another type: tink-crypto opens those.
 * @see https://developers.google.com/tink/wire-format
 */
export function aesGcmOpener({ key: keys }: KeysetMessage): AesGcmOpener | undefined {
  const enabled = keys.filter(({ status }) => status === keyStatuses.ENABLED);
  if (!enabled.every(({ typeUrl }) => typeUrl.endsWith('.AesGcmKey'))) return undefined;
  const entries = enabled.map(({ value, keyId, outputPrefixType }): Entry => {
    const { keyValue } = decodeKey('AesGcmKey', value) as { readonly keyValue: Uint8Array };
    return { prefix: prefixOf(outputPrefixType, keyId), key: createSecretKey(keyValue) };
  });
  return (ciphertext, associatedData) => {
    const sealed = Buffer.from(ciphertext.buffer, ciphertext.byteOffset, ciphertext.byteLength);
    for (const { prefix, key } of entries) {
      const begins = sealed.subarray(0, prefix.length).equals(prefix);
      const plaintext = begins ? open(key, sealed.subarray(prefix.length), associatedData) : undefined;
      if (plaintext !== undefined) return plaintext;
    }
    return undefined;
  };
}

function prefixOf(outputPrefixType: number, keyId: number): Buffer {
  if (outputPrefixType === outputPrefixTypes.RAW) return Buffer.alloc(0);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(outputPrefixType === outputPrefixTypes.TINK ? 1 : 0, 0);
  prefix.writeUInt32BE(keyId, 1);
  return prefix;
}

function open(key: KeyObject, sealed: Buffer, associatedData: Uint8Array): Buffer | undefined {
  if (sealed.length < nonceLength + tagLength) return undefined;
  const algorithm = key.symmetricKeySize === 16 ? 'aes-128-gcm' : 'aes-256-gcm';
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceLength), { authTagLength: tagLength });
  decipher.setAAD(associatedData);
  decipher.setAuthTag(sealed.subarray(-tagLength));
  const plaintext = decipher.update(sealed.subarray(nonceLength, -tagLength));
  try {
    decipher.final();
    return plaintext;
  } catch {
    // Not what was sealed: nobody sees it.
    plaintext.fill(0);
    return undefined;
  }
}
