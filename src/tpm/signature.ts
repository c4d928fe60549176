import { constants, verify, type KeyObject } from 'node:crypto';
import { AppError } from '../base/index.js';
import { Reader, Writer } from './codec.js';
import { Alg, Limit } from './constants.js';
import { hashId, readHash, type HashName } from './hash.js';
import { coordinateSize, leftPad, publicKeyOf } from './key.js';
import type { EccPublic, PublicArea, RsaPublic } from './public.js';

/** TPMS_SIGNATURE_RSA (Part 2, 11.3.1). */
export interface RsaSignature {
  readonly alg: 'rsassa' | 'rsapss';
  readonly hash: HashName;
  /** Big-endian, as long as the modulus. */
  readonly signature: Buffer;
}

/** TPMS_SIGNATURE_ECC (Part 2, 11.3.2). A TPM may strip leading zeros of r and s. */
export interface EcdsaSignature {
  readonly alg: 'ecdsa';
  readonly hash: HashName;
  readonly r: Buffer;
  readonly s: Buffer;
}

export type TpmSignature = RsaSignature | EcdsaSignature;

/**
 * Reads a whole TPMT_SIGNATURE (Part 2, 11.3.4).
 * @throws AppError BYTES_MALFORMED for another scheme than RSASSA, RSAPSS and ECDSA, an unknown hash, a length over its
 * limit, or bytes left over.
 */
export function decodeSignature(bytes: Uint8Array): TpmSignature {
  const reader = new Reader(bytes, 'signature');
  const signature = readSignature(reader);
  reader.finish();
  return signature;
}

/** As decodeSignature, inside a larger structure. */
export function readSignature(reader: Reader): TpmSignature {
  const id = reader.u16('alg');
  switch (id) {
    case Alg.RSASSA:
      return { alg: 'rsassa', hash: readHash(reader, 'hash'), signature: reader.sized('signature', Limit.rsaKey) };
    case Alg.RSAPSS:
      return { alg: 'rsapss', hash: readHash(reader, 'hash'), signature: reader.sized('signature', Limit.rsaKey) };
    case Alg.ECDSA: {
      const hash = readHash(reader, 'hash');
      const r = reader.sized('r', Limit.eccCoordinate);
      return { alg: 'ecdsa', hash, r, s: reader.sized('s', Limit.eccCoordinate) };
    }
    default:
      throw reader.malformed('alg', `0x${id.toString(16)} is neither RSASSA, RSAPSS nor ECDSA`);
  }
}

/** The exact TPMT_SIGNATURE bytes. */
export function encodeSignature(signature: TpmSignature): Buffer {
  const writer = new Writer();
  if (signature.alg === 'ecdsa') {
    return writer.u16(Alg.ECDSA).u16(hashId(signature.hash)).sized(signature.r).sized(signature.s).done();
  }
  return writer
    .u16(signature.alg === 'rsassa' ? Alg.RSASSA : Alg.RSAPSS)
    .u16(hashId(signature.hash))
    .sized(signature.signature)
    .done();
}

/**
 * The signature that older clients send: the RSA bytes alone. Scheme and hash are those of the key that must have made it.
 * @throws AppError BYTES_MALFORMED when the key has no RSA signing scheme or the length is not the modulus's.
 */
export function bareRsaSignature(ak: PublicArea, bytes: Uint8Array): TpmSignature {
  const { scheme } = ak;
  if (ak.type !== 'rsa' || (scheme?.alg !== 'rsassa' && scheme?.alg !== 'rsapss')) {
    throw new AppError('BYTES_MALFORMED', 'a bare signature needs an RSA key with a signing scheme, send a TPMT_SIGNATURE');
  }
  if (bytes.length !== ak.modulus.length) {
    throw new AppError('BYTES_MALFORMED', `a bare signature is as long as the modulus (${ak.modulus.length} bytes), not ${bytes.length}`);
  }
  return { alg: scheme.alg, hash: scheme.hash, signature: Buffer.from(bytes) };
}

/**
 * Did this key sign the message? Scheme and hash are those of the key's public area; a signature that names others is
 * refused, and so are keys without a signing scheme and every SHA-1 signature. Never throws for bad input: it is false.
 * It does not ask who owns the key, nor what the message says.
 */
export function verifySignature(key: PublicArea, signature: TpmSignature, message: Uint8Array): boolean {
  if (key.type === 'keyedhash' || key.scheme === undefined || key.scheme.alg === 'rsaes') return false;
  if (key.scheme.alg !== signature.alg || key.scheme.hash !== signature.hash || signature.hash === 'sha1') return false;
  const publicKey = usableKey(key);
  if (publicKey === undefined) return false;
  if (key.type === 'ecc') return signature.alg === 'ecdsa' && verifyEcdsa(publicKey, coordinateSize(key.curve), signature, message);
  return signature.alg !== 'ecdsa' && signature.signature.length === key.modulus.length && verifyRsa(publicKey, signature, message);
}

function usableKey(key: RsaPublic | EccPublic): KeyObject | undefined {
  try {
    return publicKeyOf(key);
  } catch {
    return undefined;
  }
}

/** The salt of RSAPSS is as long as the digest or as the key allows, by firmware (Part 1, B.7): its length is read from the padding. */
function verifyRsa(key: KeyObject, { alg, hash, signature }: RsaSignature, message: Uint8Array): boolean {
  if (alg === 'rsassa') return verify(hash, message, { key, padding: constants.RSA_PKCS1_PADDING }, signature);
  const pss = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO };
  return verify(hash, message, pss, signature);
}

function verifyEcdsa(key: KeyObject, size: number, { hash, r, s }: EcdsaSignature, message: Uint8Array): boolean {
  if (r.length > size || s.length > size) return false;
  return verify(hash, message, { key, dsaEncoding: 'ieee-p1363' }, Buffer.concat([leftPad(r, size), leftPad(s, size)]));
}
