import { createCipheriv, createHmac } from 'node:crypto';
import { Writer } from './codec.js';
import { hashSize, type HashName } from './hash.js';
import { kdfa } from './kdf.js';

/** What a storage key protects with: its nameAlg and its AES key size. */
export interface Protection {
  readonly hash: HashName;
  readonly symmetricBits: number;
}

/**
 * The outer wrap of credentials and duplicated objects (Part 1, 24 "Credential Protection" and 23.3 "Duplication"):
 * encrypt with AES-CFB (block feedback, zero IV: the key is used once) under KDFa(seed, "STORAGE", name), then HMAC over
 * ciphertext and name under KDFa(seed, "INTEGRITY"). The name ties the result to one object: a TPM opens it for no other.
 * @returns `2B integrity || ciphertext`: the contents of TPM2B_ID_OBJECT or of the duplicate, without an outer length.
 */
export function outerWrap(protection: Protection, seed: Uint8Array, name: Uint8Array, plain: Uint8Array): Buffer {
  const { hash, symmetricBits } = protection;
  const none = Buffer.alloc(0);
  const symmetricKey = kdfa(hash, seed, 'STORAGE', name, none, symmetricBits);
  const cipher = createCipheriv(`aes-${symmetricBits}-cfb`, symmetricKey, Buffer.alloc(16));
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final()]);
  const integrityKey = kdfa(hash, seed, 'INTEGRITY', none, none, 8 * hashSize(hash));
  const integrity = createHmac(hash, integrityKey).update(encrypted).update(name).digest();
  return new Writer().sized(integrity).bytes(encrypted).done();
}
