import { constants, createECDH, publicEncrypt, randomBytes, type ECDH } from 'node:crypto';
import { AppError } from '../base/index.js';
import { Writer } from './codec.js';
import { ObjectAttribute } from './constants.js';
import { hashSize } from './hash.js';
import { kdfe, labelBytes } from './kdf.js';
import { coordinateSize, leftPad, publicKeyOf } from './key.js';
import type { Protection } from './protect.js';
import { hasAttributes, type EccPublic, type PublicArea, type RsaPublic } from './public.js';

/** Where randomness comes from: `size` bytes that nobody can predict. */
export type RandomSource = (size: number) => Buffer;

export const secureRandom: RandomSource = (size) => randomBytes(size);

/** A seed, and what only the holder of the storage key can get it back from (TPM2B_ENCRYPTED_SECRET contents, Part 2, 11.4.3). */
export interface SharedSeed {
  readonly seed: Buffer;
  readonly encryptedSeed: Buffer;
  readonly protection: Protection;
}

const opensslCurves = { 'P-256': 'prime256v1', 'P-384': 'secp384r1' } as const;

/**
 * Shares a fresh seed with the TPM that holds a storage key, such as the EK.
 * RSA (Part 1, B.10.3): OAEP by the key's nameAlg, the label with its terminating zero. ECC (Part 1, C.6.3): one-pass
 * Diffie-Hellman with a fresh key, then KDFe; the secret is the fresh point, `2B x || 2B y`.
 * @throws AppError CRYPTO_FAILED when the public area is no storage key or holds no valid key.
 */
export function shareSeed(storageKey: PublicArea, label: 'IDENTITY' | 'DUPLICATE', random: RandomSource): SharedSeed {
  const isStorageKey = hasAttributes(storageKey, ObjectAttribute.restricted | ObjectAttribute.decrypt);
  if (!isStorageKey || storageKey.type === 'keyedhash' || storageKey.symmetric === undefined) {
    throw new AppError('CRYPTO_FAILED', 'a secret can be shared only with a storage key, such as the ek');
  }
  const protection = { hash: storageKey.nameAlg, symmetricBits: storageKey.symmetric.keyBits };
  const shared = storageKey.type === 'rsa' ? encryptSeed(storageKey, label, random) : agreeOnSeed(storageKey, label, random);
  return { ...shared, protection };
}

type Seed = Omit<SharedSeed, 'protection'>;

function encryptSeed(area: RsaPublic, label: string, random: RandomSource): Seed {
  const seed = random(hashSize(area.nameAlg));
  const options = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: area.nameAlg, oaepLabel: labelBytes(label) };
  return { seed, encryptedSeed: publicEncrypt({ key: publicKeyOf(area), ...options }, seed) };
}

function agreeOnSeed(area: EccPublic, label: string, random: RandomSource): Seed {
  publicKeyOf(area); // a point that is not on the curve would leak the fresh key
  const size = coordinateSize(area.curve);
  const [x, y] = [leftPad(area.x, size), leftPad(area.y, size)];
  const fresh = freshKey(area, size, random);
  const z = fresh.computeSecret(Buffer.concat([Buffer.of(4), x, y]));
  const point = fresh.getPublicKey();
  const [freshX, freshY] = [point.subarray(1, 1 + size), point.subarray(1 + size)];
  const seed = kdfe(area.nameAlg, z, label, freshX, x, 8 * hashSize(area.nameAlg));
  return { seed, encryptedSeed: new Writer().sized(freshX).sized(freshY).done() };
}

/** A private key is a number from 1 to the order of the curve less one: random bytes beyond it (1 in 2^32 for P-256) are drawn again. */
function freshKey(area: EccPublic, size: number, random: RandomSource): ECDH {
  const ecdh = createECDH(opensslCurves[area.curve]);
  for (let attempt = 0; attempt < 8; attempt++) {
    try {
      ecdh.setPrivateKey(random(size));
      return ecdh;
    } catch {
      continue;
    }
  }
  throw new AppError('CRYPTO_FAILED', 'the random source gave no usable private key in 8 attempts');
}
