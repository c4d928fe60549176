import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AppError } from '../base/index.js';
import { openKeyset } from './keyset.js';

/**
 * Seals and opens secrets at rest. The associated data ties a ciphertext to one record and one secret name: moved to
 * another record, or under a changed policy, it does not open.
 */
export interface SecretBox {
  seal(plaintext: Uint8Array, associatedData: Uint8Array): Promise<Buffer>;
  /** @throws AppError CRYPTO_FAILED */
  open(sealed: Uint8Array, associatedData: Uint8Array): Promise<Buffer>;
}

/** Cloud KMS as this room needs it: 32 bytes in, a wrapped key out. */
export interface DataKeyWrapper {
  wrap(plaintext: Uint8Array, associatedData: Uint8Array): Promise<Buffer>;
  unwrap(ciphertext: Uint8Array, associatedData: Uint8Array): Promise<Buffer>;
}

/** No encryption: who reads the record reads the secrets, and a changed policy changes nothing. Only where Alice said so. */
export const clearBox: SecretBox = {
  seal: (plaintext) => Promise.resolve(Buffer.from(plaintext)),
  open: (sealed) => Promise.resolve(Buffer.from(sealed)),
};

/** Secrets under a Tink keyset that the provisioner and the server hold as a file. @throws AppError CRYPTO_FAILED for a bad keyset. */
export async function tinkBox(keyset: Uint8Array): Promise<SecretBox> {
  const aead = await openKeyset(keyset);
  return {
    seal: (plaintext, associatedData) => aead.encrypt(plaintext, associatedData),
    open: (sealed, associatedData) => aead.decrypt(sealed, associatedData),
  };
}

const version = 1;
const keyLength = 32;
const nonceLength = 12;
const tagLength = 16;
const maxWrappedKeyLength = 1024;

/**
 * Secrets under a Cloud KMS key: a fresh AES-256-GCM data key for each secret, wrapped by KMS with the same associated data.
 * Sealed form: version 1 (u8), length of the wrapped key (u16, big-endian), wrapped key, nonce (12), ciphertext, tag (16).
 */
export function kmsBox(wrapper: DataKeyWrapper): SecretBox {
  return {
    seal: async (plaintext, associatedData) => {
      const key = randomBytes(keyLength);
      const wrapped = await wrapper.wrap(key, associatedData);
      if (wrapped.length > maxWrappedKeyLength) throw new AppError('CRYPTO_FAILED', 'the wrapped key is longer than expected');
      const nonce = randomBytes(nonceLength);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      cipher.setAAD(associatedData);
      const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
      key.fill(0);
      const head = Buffer.alloc(3);
      head.writeUInt8(version, 0);
      head.writeUInt16BE(wrapped.length, 1);
      return Buffer.concat([head, wrapped, nonce, ciphertext, cipher.getAuthTag()]);
    },
    open: async (sealed, associatedData) => {
      const { wrapped, nonce, ciphertext, tag } = split(Buffer.from(sealed));
      const key = await wrapper.unwrap(wrapped, associatedData);
      if (key.length !== keyLength) throw new AppError('CRYPTO_FAILED', 'the unwrapped data key has the wrong size');
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength });
      key.fill(0);
      decipher.setAAD(associatedData);
      decipher.setAuthTag(tag);
      const start = decipher.update(ciphertext);
      try {
        return Buffer.concat([start, decipher.final()]);
      } catch (error) {
        start.fill(0);
        throw new AppError('CRYPTO_FAILED', 'the sealed secret does not open: it belongs to another record or was changed', {
          cause: error,
        });
      }
    },
  };
}

function split(sealed: Buffer): { wrapped: Buffer; nonce: Buffer; ciphertext: Buffer; tag: Buffer } {
  const wrappedLength = sealed.length < 3 ? 0 : sealed.readUInt16BE(1);
  const nonceAt = 3 + wrappedLength;
  if (
    sealed[0] !== version ||
    wrappedLength === 0 ||
    wrappedLength > maxWrappedKeyLength ||
    sealed.length < nonceAt + nonceLength + tagLength
  ) {
    throw new AppError('CRYPTO_FAILED', 'the sealed secret is not in a form that this version writes');
  }
  return {
    wrapped: sealed.subarray(3, nonceAt),
    nonce: sealed.subarray(nonceAt, nonceAt + nonceLength),
    ciphertext: sealed.subarray(nonceAt + nonceLength, sealed.length - tagLength),
    tag: sealed.subarray(sealed.length - tagLength),
  };
}
