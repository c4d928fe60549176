import { constants, createDecipheriv, createECDH, createHmac, privateDecrypt, type KeyObject } from 'node:crypto';
import { kdfa, kdfe, labelBytes, Reader } from '../../../src/tpm/index.js';

// The TPM's half of a credential or an import, for tests: production leaves it to the TPM.

/** Opens `2B integrity || ciphertext`; undefined when the integrity value is wrong, as a TPM answers TPM_RC_INTEGRITY. SHA-256, AES-128. */
export function outerUnwrap(seed: Buffer, name: Buffer, wrapped: Buffer): Buffer | undefined {
  const reader = new Reader(wrapped, 'wrapped');
  const integrity = reader.sized('integrity', 32);
  const encrypted = reader.bytes(reader.remaining, 'encrypted');
  const none = Buffer.alloc(0);
  const integrityKey = kdfa('sha256', seed, 'INTEGRITY', none, none, 256);
  if (!createHmac('sha256', integrityKey).update(encrypted).update(name).digest().equals(integrity)) return undefined;
  const decipher = createDecipheriv('aes-128-cfb', kdfa('sha256', seed, 'STORAGE', name, none, 128), Buffer.alloc(16));
  return Buffer.concat([decipher.update(encrypted), decipher.final()]);
}

/** The seed that an RSA storage key gets; throws when label or key are others. */
export const decryptSeed = (privateKey: KeyObject, label: string, encrypted: Buffer): Buffer =>
  privateDecrypt(
    { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256', oaepLabel: labelBytes(label) },
    encrypted,
  );

/** The seed that a P-256 storage key with this private number gets. */
export function agreeSeed(privateNumber: Buffer, label: string, encrypted: Buffer): Buffer {
  const reader = new Reader(encrypted, 'point');
  const x = reader.sized('x', 32);
  const y = reader.sized('y', 32);
  reader.finish();
  const own = createECDH('prime256v1');
  own.setPrivateKey(privateNumber);
  const z = own.computeSecret(Buffer.concat([Buffer.of(4), x, y]));
  return kdfe('sha256', z, label, x, own.getPublicKey().subarray(1, 33), 256);
}
