import { createECDH } from 'node:crypto';

/** Curves of NIST, by their JWK names (RFC 7518, 6.2.1.1). */
export type CurveName = 'P-256' | 'P-384' | 'P-521';

/** Bytes of one coordinate, and of a private key. */
const sizes: Readonly<Record<CurveName, number>> = { 'P-256': 32, 'P-384': 48, 'P-521': 66 };
const opensslNames: Readonly<Record<CurveName, string>> = { 'P-256': 'prime256v1', 'P-384': 'secp384r1', 'P-521': 'secp521r1' };

interface Point {
  readonly x: Uint8Array;
  readonly y: Uint8Array;
}

/** A new key pair; numbers are big-endian and of full length. */
export function newKeyPair(curve: CurveName): { readonly point: Point; readonly privateKey: Buffer } {
  const ecdh = createECDH(opensslNames[curve]);
  const point = ecdh.generateKeys();
  const size = sizes[curve];
  return { point: { x: point.subarray(1, 1 + size), y: point.subarray(1 + size) }, privateKey: ofSize(ecdh.getPrivateKey(), size) };
}

/** Is this the point of this private key? Numbers may lack leading zeros or have some too many, as other writers of keysets leave them. */
export function isKeyPair(curve: CurveName, { x, y }: Point, privateKey: Uint8Array): boolean {
  const ecdh = createECDH(opensslNames[curve]);
  const size = sizes[curve];
  try {
    ecdh.setPrivateKey(ofSize(privateKey, size));
    return ecdh.getPublicKey().equals(Buffer.concat([Buffer.of(4), ofSize(x, size), ofSize(y, size)]));
  } catch {
    // Zero, or not below the order of the curve.
    return false;
  }
}

/** @throws RangeError for a number that is too long */
function ofSize(number: Uint8Array, size: number): Buffer {
  const first = number.findIndex((byte) => byte !== 0);
  const digits = number.subarray(first === -1 ? number.length : first);
  if (digits.length > size) throw new RangeError('the number is too long for the curve');
  return Buffer.concat([Buffer.alloc(size - digits.length), digits]);
}
