import { createPublicKey, KeyObject, type JsonWebKey } from 'node:crypto';
import { AppError } from '../base/index.js';
import { describeAttributes } from './attributes.js';
import { Handle, ObjectAttribute } from './constants.js';
import { handleName } from './name.js';
import { policySecretDigest } from './pcr.js';
import type { EccPublic, PublicArea, RsaPublic } from './public.js';

const { fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth, adminWithPolicy, noDA, restricted, decrypt, sign } = ObjectAttribute;

const bornInTpm = fixedTPM | fixedParent | sensitiveDataOrigin;
const none = Buffer.alloc(0);
const storage = { symmetric: { keyBits: 128 }, scheme: undefined } as const;
const signing = { symmetric: undefined } as const;
const rsa2048 = { type: 'rsa', nameAlg: 'sha256', keyBits: 2048, exponent: 0 } as const;
const p256 = { type: 'ecc', nameAlg: 'sha256', curve: 'P-256' } as const;

/** `unique` of a template is part of the seed of a primary key: zeros of full length and nothing at all give different keys. */
const zeroModulus = { modulus: Buffer.alloc(256) };
const zeroPoint = { x: Buffer.alloc(32), y: Buffer.alloc(32) };

/** Attributes of an endorsement key: only the endorsement hierarchy's secret may use it (TCG EK Credential Profile 2.x, B.3). */
const ekCommon = {
  ...storage,
  attributes: bornInTpm | adminWithPolicy | restricted | decrypt,
  authPolicy: policySecretDigest(handleName(Handle.ENDORSEMENT)),
};

/** Template L-1 of the TCG EK Credential Profile: 314 bytes. */
export const ekRsaTemplate: RsaPublic = { ...rsa2048, ...ekCommon, ...zeroModulus };

/** Template L-2 of the TCG EK Credential Profile: 122 bytes. */
export const ekEccTemplate: EccPublic = { ...p256, ...ekCommon, ...zeroPoint };

/** TPMA_OBJECT of an attestation key: it signs only what its TPM made. */
export const akAttributes = bornInTpm | userWithAuth | restricted | sign;

const akCommon = { ...signing, attributes: akAttributes, authPolicy: none };

/** An attestation key under the EK; `unique` is empty because it is no primary key. */
export const akRsaTemplate: RsaPublic = { ...rsa2048, ...akCommon, scheme: { alg: 'rsassa', hash: 'sha256' }, modulus: none };

export const akEccTemplate: EccPublic = { ...p256, ...akCommon, scheme: { alg: 'ecdsa', hash: 'sha256' }, ...zeroPoint };

const srkCommon = { ...storage, attributes: bornInTpm | userWithAuth | noDA | restricted | decrypt, authPolicy: none };

/** The storage root key as go-tpm-tools and Windows make it. */
export const srkRsaTemplate: RsaPublic = { ...rsa2048, ...srkCommon, ...zeroModulus };

export const srkEccTemplate: EccPublic = { ...p256, ...srkCommon, ...zeroPoint };

const signingCommon = { ...signing, attributes: bornInTpm | userWithAuth | sign, authPolicy: none };

/** A key that signs any data, born in the TPM. */
export const signingKeyTemplate: RsaPublic = { ...rsa2048, ...signingCommon, scheme: { alg: 'rsassa', hash: 'sha256' }, modulus: none };

export const signingKeyEccTemplate: EccPublic = { ...p256, ...signingCommon, scheme: { alg: 'ecdsa', hash: 'sha256' }, x: none, y: none };

/**
 * The public area of the EK whose key a trusted source names (a record, a Google API, a certificate): the key in the TCG
 * template. Nothing of it comes from the machine that is judged.
 * @throws AppError CRYPTO_FAILED when the PEM does not parse or the key is neither RSA-2048 with exponent 65537 nor P-256.
 */
export function ekPublicFromSpki(key: string | KeyObject): RsaPublic | EccPublic {
  const modulus = typeof key === 'string' ? modulusOfUsualPem(key) : undefined;
  if (modulus !== undefined) return { ...ekRsaTemplate, modulus };
  const jwk = publicJwk(key);
  const field = (value: unknown): Buffer => Buffer.from(String(value), 'base64url');
  if (jwk.e === 'AQAB' && field(jwk.n).length === 256) return { ...ekRsaTemplate, modulus: field(jwk.n) };
  if (jwk.crv === 'P-256') return { ...ekEccTemplate, x: field(jwk.x), y: field(jwk.y) };
  throw new AppError('CRYPTO_FAILED', 'an ek is an rsa-2048 key with exponent 65537 or a p-256 key; this key is neither');
}

/** What DER has around the modulus of an RSA-2048 key with exponent 65537. @see RFC 8017, A.1.1; RFC 5280, 4.1 */
const beforeModulus = Buffer.from('30820122300d06092a864886f70d01010105000382010f003082010a0282010100', 'hex');
const afterModulus = Buffer.from('0203010001', 'hex');

/** A PEM of 294 bytes as it is usually written, in lines of 64: no padding is needed, so these bytes have one spelling. @see RFC 7468, 2 */
const usualPem = /^-----BEGIN PUBLIC KEY-----\n((?:[A-Za-z0-9+/]{64}\n){6}[A-Za-z0-9+/]{8})\n-----END PUBLIC KEY-----\n?$/;

/**
 * The modulus (256 bytes, big-endian) of an EK as nearly all of them are written, read without OpenSSL, which takes most of the
 * time of a judgement for it. Undefined for any other text, which is left to OpenSSL.
 */
function modulusOfUsualPem(pem: string): Buffer | undefined {
  const text = usualPem.exec(pem)?.[1];
  if (text === undefined) return undefined;
  const der = Buffer.from(text, 'base64');
  const modulus = der.subarray(beforeModulus.length, -afterModulus.length);
  const rebuilt = Buffer.concat([beforeModulus, modulus, afterModulus]);
  // A modulus of this length has its first bit set.
  return Number(modulus[0]) >= 0x80 && rebuilt.equals(der) ? modulus : undefined;
}

/**
 * Why is this key not made from this template? One line per field, empty when all match. Keys themselves (`unique`) are not
 * compared; of RSA the exponent is, as it is on the wire.
 */
export function explainMismatch(template: PublicArea, area: PublicArea): string[] {
  if (template.type !== area.type) return [`type: expected ${template.type}, found ${area.type}`];
  const expected = fieldsOf(template);
  return Object.entries(fieldsOf(area)).flatMap(([name, found]) =>
    found === expected[name] ? [] : [`${name}: expected ${expected[name]}, found ${found}`],
  );
}

function fieldsOf(area: PublicArea): Record<string, string> {
  const fields: Record<string, string> = {
    nameAlg: area.nameAlg,
    attributes: describeAttributes(area.attributes),
    authPolicy: area.authPolicy.length === 0 ? 'empty' : area.authPolicy.toString('hex'),
    scheme: describeScheme(area),
  };
  if (area.type === 'keyedhash') return fields;
  fields['symmetric'] = area.symmetric === undefined ? 'none' : `aes-${area.symmetric.keyBits}-cfb`;
  if (area.type === 'ecc') return { ...fields, curve: area.curve };
  return { ...fields, keyBits: String(area.keyBits), exponent: String(area.exponent) };
}

function describeScheme({ scheme }: PublicArea): string {
  if (scheme === undefined) return 'none';
  return 'hash' in scheme ? `${scheme.alg} with ${scheme.hash}` : scheme.alg;
}

function publicJwk(key: string | KeyObject): JsonWebKey {
  try {
    return (key instanceof KeyObject ? key : createPublicKey(key)).export({ format: 'jwk' });
  } catch (cause) {
    throw new AppError('CRYPTO_FAILED', 'the ek does not parse as a public key in pem', { cause });
  }
}
