import { z } from 'zod';
import { keyMaterialTypes } from './keyset-message.js';
import { decodeKey } from './key-message.js';
import { isKeyPair, type CurveName } from './key-pair.js';

/** What a key is used for. */
export type Primitive = 'aead' | 'signature' | 'hybrid';

/** A type of key that tink-crypto reads. */
export interface KeyType {
  readonly primitive: Primitive;
  readonly material: number;
  /** Why is this key of no use? Undefined for a good one. Never holds a byte of the key. @throws Error for bytes that do not decode */
  readonly problem: (value: Uint8Array) => string | undefined;
}

const bytes = z.instanceof(Uint8Array);
const version = z.literal(0);
const aesKey = bytes.refine(({ length }) => length === 16 || length === 32);
/** HashType: SHA1 1, SHA384 2, SHA256 3, SHA512 4. */
const [sha1, sha384, sha256, sha512] = [1, 2, 3, 4];
const tagSizes = new Map([[sha1, 20], [sha256, 32], [sha512, 64]]); // prettier-ignore

const aesGcm = z.object({ version, keyValue: aesKey });
const aesCtrHmac = z.object({
  version,
  aesCtrKey: z.object({ version, params: z.object({ ivSize: z.int().min(12).max(16) }), keyValue: aesKey }),
  hmacKey: z.object({
    version,
    params: z.object({ hash: z.int(), tagSize: z.int().min(10) }).refine(({ hash, tagSize }) => tagSize <= (tagSizes.get(hash) ?? 0)),
    keyValue: bytes.refine(({ length }) => length >= 16),
  }),
});

const curves: ReadonlyMap<number, CurveName> = new Map([[2, 'P-256'], [3, 'P-384'], [4, 'P-521']]); // prettier-ignore
const curve = z.int().transform((id, context): CurveName => {
  const name = curves.get(id);
  if (name === undefined) context.addIssue({ code: 'custom', message: 'unknown curve' });
  return name ?? 'P-256';
});
const hashesOf: Readonly<Record<CurveName, readonly number[]>> = { 'P-256': [sha256], 'P-384': [sha384, sha512], 'P-521': [sha512] };

const ecdsa = z.object({
  version,
  publicKey: z.object({
    version,
    params: z
      .object({ hashType: z.int(), curve, encoding: z.int().min(1).max(2) })
      .refine((params) => hashesOf[params.curve].includes(params.hashType)),
    x: bytes,
    y: bytes,
  }),
  keyValue: bytes,
});

const ecies = z.object({
  version,
  publicKey: z.object({
    version,
    params: z.object({
      kem: z.object({ curve, hashType: z.union([z.literal(sha1), z.literal(sha256), z.literal(sha512)]) }),
      dem: z.object({ aeadDem: z.object({ typeUrl: z.string().regex(/\.(?:AesGcmKey|AesCtrHmacAeadKey)$/), value: bytes }) }),
      pointFormat: z.int().min(1).max(3),
    }),
    x: bytes,
    y: bytes,
  }),
  keyValue: bytes,
});

/**
 * DHKEM_P256_HKDF_SHA256 is 2 and HKDF_SHA256 is 1 in Tink's hpke.proto. Of other curves tink-crypto and that file give one
 * number to two of them, so a keyset could be taken for another one: they are refused.
 */
const hpke = z.object({
  version,
  publicKey: z.object({
    version,
    params: z.object({ kem: z.literal(2), kdf: z.literal(1), aead: z.int().min(1).max(2) }),
    publicKey: bytes.refine((point) => point.length === 65 && point[0] === 4),
  }),
  privateKey: bytes,
});

const notAPair = 'its private key does not belong to its public key';
const wrong = (parsed: z.ZodSafeParseResult<unknown>): string =>
  `field ${parsed.error?.issues[0]?.path.join('.') || 'key'} is missing or wrong`;

function ofSchema(name: string, schema: z.ZodType): KeyType['problem'] {
  return (value) => {
    const parsed = schema.safeParse(decodeKey(name, value));
    return parsed.success ? undefined : wrong(parsed);
  };
}

function ecdsaProblem(value: Uint8Array): string | undefined {
  const parsed = ecdsa.safeParse(decodeKey('EcdsaPrivateKey', value));
  if (!parsed.success) return wrong(parsed);
  const { publicKey, keyValue } = parsed.data;
  return isKeyPair(publicKey.params.curve, publicKey, keyValue) ? undefined : notAPair;
}

function eciesProblem(value: Uint8Array): string | undefined {
  const parsed = ecies.safeParse(decodeKey('EciesAeadHkdfPrivateKey', value));
  if (!parsed.success) return wrong(parsed);
  const { publicKey, keyValue } = parsed.data;
  return isKeyPair(publicKey.params.kem.curve, publicKey, keyValue) ? undefined : notAPair;
}

function hpkeProblem(value: Uint8Array): string | undefined {
  const parsed = hpke.safeParse(decodeKey('HpkePrivateKey', value));
  if (!parsed.success) return wrong(parsed);
  const { publicKey, privateKey } = parsed.data;
  const point = { x: publicKey.publicKey.subarray(1, 33), y: publicKey.publicKey.subarray(33) };
  return isKeyPair('P-256', point, privateKey) ? undefined : notAPair;
}

const { SYMMETRIC, ASYMMETRIC_PRIVATE } = keyMaterialTypes;

/** By name, without the part that all types share. */
export const keyTypes: ReadonlyMap<string, KeyType> = new Map<string, KeyType>([
  ['AesGcmKey', { primitive: 'aead', material: SYMMETRIC, problem: ofSchema('AesGcmKey', aesGcm) }],
  ['AesCtrHmacAeadKey', { primitive: 'aead', material: SYMMETRIC, problem: ofSchema('AesCtrHmacAeadKey', aesCtrHmac) }],
  ['EcdsaPrivateKey', { primitive: 'signature', material: ASYMMETRIC_PRIVATE, problem: ecdsaProblem }],
  ['EciesAeadHkdfPrivateKey', { primitive: 'hybrid', material: ASYMMETRIC_PRIVATE, problem: eciesProblem }],
  ['HpkePrivateKey', { primitive: 'hybrid', material: ASYMMETRIC_PRIVATE, problem: hpkeProblem }],
]);
