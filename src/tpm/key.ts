import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { AppError } from '../base/index.js';
import { Writer } from './codec.js';
import type { CurveName, EccPublic, PublicArea, RsaPublic } from './public.js';

const coordinateSizes: Readonly<Record<CurveName, number>> = { 'P-256': 32, 'P-384': 48 };

/** Size of one coordinate, and of one half of a signature, in bytes. */
export const coordinateSize = (curve: CurveName): number => coordinateSizes[curve];

/** The public exponent that a key really uses: 0 on the wire stands for 65537 (Part 2, 12.2.3.5). */
export const exponentOf = (area: RsaPublic): number => (area.exponent === 0 ? 65537 : area.exponent);

/** The key made last. One judgement asks several times for the same one; a map of keys would keep their native memory from being freed. */
let last: { readonly area: PublicArea; readonly key: KeyObject } | undefined;

/**
 * The key of a public area, for node:crypto. Asked again for the same `area` object it gives the same key: the bytes of an
 * area must not change.
 * @throws AppError CRYPTO_FAILED when the area holds no asymmetric key, an empty one, or a point that is not on its curve.
 */
export function publicKeyOf(area: PublicArea): KeyObject {
  if (last?.area !== area) last = { area, key: importKey(area) };
  return last.key;
}

/** By JWK: for Node's OpenSSL 3 that is far quicker than DER, whose decoders are looked up each time (4 against 105 microseconds). */
function importKey(area: PublicArea): KeyObject {
  if (area.type === 'keyedhash') throw new AppError('CRYPTO_FAILED', 'a keyed hash object holds no public key');
  try {
    return createPublicKey({ key: area.type === 'rsa' ? rsaJwk(area) : eccJwk(area), format: 'jwk' });
  } catch (cause) {
    throw new AppError('CRYPTO_FAILED', `the ${area.type} public area holds no valid key`, { cause });
  }
}

/** The key as DER SubjectPublicKeyInfo (RFC 5280, 4.1.2.7): what Google's APIs and certificates carry. @throws as publicKeyOf. */
export const spkiDerOf = (area: PublicArea): Buffer => publicKeyOf(area).export({ type: 'spki', format: 'der' });

/** Restores the leading zeros that a TPM may strip. @throws AppError CRYPTO_FAILED when the number is longer than `size`. */
export function leftPad(bytes: Buffer, size: number): Buffer {
  if (bytes.length > size) throw new AppError('CRYPTO_FAILED', `a number of ${bytes.length} bytes does not fit ${size}`);
  return Buffer.concat([Buffer.alloc(size - bytes.length), bytes]);
}

function rsaJwk(area: RsaPublic): JsonWebKey {
  if (!area.modulus.some((byte) => byte !== 0)) throw new AppError('CRYPTO_FAILED', 'the modulus is empty or zero, as in a template');
  const exponent = new Writer().u32(exponentOf(area)).done();
  return { kty: 'RSA', n: area.modulus.toString('base64url'), e: exponent.toString('base64url') };
}

function eccJwk(area: EccPublic): JsonWebKey {
  const size = coordinateSize(area.curve);
  return {
    kty: 'EC',
    crv: area.curve,
    x: leftPad(area.x, size).toString('base64url'),
    y: leftPad(area.y, size).toString('base64url'),
  };
}
