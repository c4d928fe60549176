import { Reader, Writer } from './codec.js';
import { Alg, Curve, Limit, ObjectAttribute } from './constants.js';
import { hashId, hashSize, readHash, type HashName } from './hash.js';
import { readRsaScheme, readEccScheme, readKeyedHashScheme, writeScheme } from './scheme.js';
import type { EccScheme, KeyedHashScheme, RsaScheme } from './scheme.js';

/** TPMT_SYM_DEF_OBJECT for AES in CFB mode (Part 2, 11.1.7): what a storage key protects its children with. */
export interface Symmetric {
  readonly keyBits: number;
}

/** The fields that every TPMT_PUBLIC has (Part 2, 12.2.4). */
export interface PublicCommon {
  /** Hash of the name and of policies. */
  readonly nameAlg: HashName;
  /** TPMA_OBJECT: test it with ObjectAttribute. */
  readonly attributes: number;
  /** Digest by nameAlg; empty when no policy is set. */
  readonly authPolicy: Buffer;
}

export interface RsaPublic extends PublicCommon {
  readonly type: 'rsa';
  readonly symmetric: Symmetric | undefined;
  readonly scheme: RsaScheme | undefined;
  readonly keyBits: number;
  /** As on the wire: 0 stands for 65537, and both give different names. */
  readonly exponent: number;
  /** Big-endian. In a template empty or zeros. */
  readonly modulus: Buffer;
}

export type CurveName = 'P-256' | 'P-384';

export interface EccPublic extends PublicCommon {
  readonly type: 'ecc';
  readonly symmetric: Symmetric | undefined;
  readonly scheme: EccScheme | undefined;
  readonly curve: CurveName;
  /** Big-endian; a TPM may strip leading zeros. In a template empty or zeros. */
  readonly x: Buffer;
  readonly y: Buffer;
}

export interface KeyedHashPublic extends PublicCommon {
  readonly type: 'keyedhash';
  /** Undefined for sealed data. */
  readonly scheme: KeyedHashScheme | undefined;
  readonly unique: Buffer;
}

/** TPMT_PUBLIC: all that a TPM says of a key or of sealed data in the clear. */
export type PublicArea = RsaPublic | EccPublic | KeyedHashPublic;

const knownAttributes = Object.values(ObjectAttribute).reduce((all, bit) => all | bit, 0);
const curveIds: Readonly<Record<CurveName, number>> = { 'P-256': Curve.P256, 'P-384': Curve.P384 };

/**
 * Reads a whole TPMT_PUBLIC (no TPM2B length): `type | nameAlg | attributes | authPolicy | parameters | unique`.
 * Each public area has exactly one encoding, so `encodePublic` gives back the same bytes. It does not judge: see ak-checks.ts.
 * @throws AppError BYTES_MALFORMED for an unknown type, hash, scheme, curve or cipher, a reserved attribute bit, an
 * authPolicy that is neither empty nor one digest, a length over its limit, or bytes left over.
 */
export function decodePublic(bytes: Uint8Array): PublicArea {
  const reader = new Reader(bytes, 'public');
  const type = reader.u16('type');
  const common = readCommon(reader);
  const area = readArea(reader, type, common);
  reader.finish();
  return area;
}

/** The exact TPMT_PUBLIC bytes, without a TPM2B length. */
export function encodePublic(area: PublicArea): Buffer {
  const writer = new Writer();
  switch (area.type) {
    case 'rsa':
      writeCommon(writer, Alg.RSA, area);
      writeSymmetric(writer, area.symmetric);
      writeScheme(writer, area.scheme);
      return writer.u16(area.keyBits).u32(area.exponent).sized(area.modulus).done();
    case 'ecc':
      writeCommon(writer, Alg.ECC, area);
      writeSymmetric(writer, area.symmetric);
      writeScheme(writer, area.scheme);
      return writer.u16(curveIds[area.curve]).u16(Alg.NULL).sized(area.x).sized(area.y).done();
    case 'keyedhash':
      writeCommon(writer, Alg.KEYEDHASH, area);
      writeScheme(writer, area.scheme);
      return writer.sized(area.unique).done();
  }
}

/** Are all these TPMA_OBJECT bits set? */
export const hasAttributes = (area: PublicArea, bits: number): boolean => (area.attributes & bits) === bits;

/** The hash that a signing key signs with; undefined for a key whose scheme signs nothing, or is chosen at each use. */
export function signingHashOf({ scheme }: PublicArea): HashName | undefined {
  return scheme?.alg === 'rsassa' || scheme?.alg === 'rsapss' || scheme?.alg === 'ecdsa' ? scheme.hash : undefined;
}

function readCommon(reader: Reader): PublicCommon {
  const nameAlg = readHash(reader, 'nameAlg');
  const attributes = reader.u32('attributes');
  if ((attributes & ~knownAttributes) !== 0) throw reader.malformed('attributes', `0x${attributes.toString(16)} sets reserved bits`);
  const authPolicy = reader.sized('authPolicy', Limit.digest);
  if (authPolicy.length !== 0 && authPolicy.length !== hashSize(nameAlg)) {
    throw reader.malformed('authPolicy', `has ${authPolicy.length} bytes, must have none or ${hashSize(nameAlg)}`);
  }
  return { nameAlg, attributes, authPolicy };
}

function readArea(reader: Reader, type: number, common: PublicCommon): PublicArea {
  switch (type) {
    case Alg.RSA:
      return {
        type: 'rsa',
        ...common,
        symmetric: readSymmetric(reader),
        scheme: readRsaScheme(reader),
        keyBits: reader.u16('keyBits'),
        exponent: reader.u32('exponent'),
        modulus: reader.sized('modulus', Limit.rsaKey),
      };
    case Alg.ECC: {
      const symmetric = readSymmetric(reader);
      const scheme = readEccScheme(reader);
      const curve = readCurve(reader);
      readNullKdf(reader);
      const x = reader.sized('x', Limit.eccCoordinate);
      return { type: 'ecc', ...common, symmetric, scheme, curve, x, y: reader.sized('y', Limit.eccCoordinate) };
    }
    case Alg.KEYEDHASH:
      return { type: 'keyedhash', ...common, scheme: readKeyedHashScheme(reader), unique: reader.sized('unique', Limit.digest) };
    default:
      throw reader.malformed('type', `0x${type.toString(16)} is neither RSA (0x1), ECC (0x23) nor KEYEDHASH (0x8)`);
  }
}

function readSymmetric(reader: Reader): Symmetric | undefined {
  const alg = reader.u16('symmetric');
  if (alg === Alg.NULL) return undefined;
  if (alg !== Alg.AES) throw reader.malformed('symmetric', `0x${alg.toString(16)} is neither AES nor NULL`);
  const keyBits = reader.u16('symmetric/keyBits');
  if (keyBits !== 128 && keyBits !== 256) throw reader.malformed('symmetric/keyBits', `${keyBits} is neither 128 nor 256`);
  const mode = reader.u16('symmetric/mode');
  if (mode !== Alg.CFB) throw reader.malformed('symmetric/mode', `0x${mode.toString(16)} is not CFB`);
  return { keyBits };
}

function readCurve(reader: Reader): CurveName {
  const id = reader.u16('curve');
  if (id === Curve.P256) return 'P-256';
  if (id === Curve.P384) return 'P-384';
  throw reader.malformed('curve', `0x${id.toString(16)} is neither P-256 nor P-384`);
}

/** TPMT_KDF_SCHEME (Part 2, 11.2.3): no key made here has one, and the TPM profile defines no use for it. */
function readNullKdf(reader: Reader): void {
  const kdf = reader.u16('kdf');
  if (kdf !== Alg.NULL) throw reader.malformed('kdf', `0x${kdf.toString(16)} is not NULL`);
}

function writeCommon(writer: Writer, type: number, area: PublicCommon): void {
  writer.u16(type).u16(hashId(area.nameAlg)).u32(area.attributes).sized(area.authPolicy);
}

function writeSymmetric(writer: Writer, symmetric: Symmetric | undefined): void {
  if (symmetric === undefined) writer.u16(Alg.NULL);
  else writer.u16(Alg.AES).u16(symmetric.keyBits).u16(Alg.CFB);
}
