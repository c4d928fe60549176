import { randomInt } from 'node:crypto';
import { AppError } from '../base/index.js';
import { encodeKey } from './key-message.js';
import { newKeyPair, type CurveName } from './key-pair.js';
import { encodeKeyset, keyMaterialTypes, keyStatuses, outputPrefixTypes } from './keyset-message.js';
import { typePrefix } from './keyset.js';
import { loadTink } from './tink-library.js';

/** Tink makes these itself, by these functions of its `aead`. */
const symmetric = {
  AES128_GCM: 'aes128GcmKeyTemplate',
  AES256_GCM: 'aes256GcmKeyTemplate',
  AES256_GCM_RAW: 'aes256GcmNoPrefixKeyTemplate',
  AES128_CTR_HMAC_SHA256: 'aes128CtrHmacSha256KeyTemplate',
  AES256_CTR_HMAC_SHA256: 'aes256CtrHmacSha256KeyTemplate',
} as const;

type Params = Readonly<Record<string, unknown>>;

/** Tink's library makes key pairs in a browser only, so these are made here: a curve, and the parameters of the public key. */
const asymmetric = {
  ECDSA_P256: { type: 'EcdsaPrivateKey', curve: 'P-256', params: { hashType: 3, curve: 2, encoding: 2 } },
  ECDSA_P384: { type: 'EcdsaPrivateKey', curve: 'P-384', params: { hashType: 4, curve: 3, encoding: 2 } },
  ECDSA_P521: { type: 'EcdsaPrivateKey', curve: 'P-521', params: { hashType: 4, curve: 4, encoding: 2 } },
  ECIES_P256_HKDF_HMAC_SHA256_AES128_GCM: {
    type: 'EciesAeadHkdfPrivateKey',
    curve: 'P-256',
    params: { kem: { curve: 2, hashType: 3 }, dem: { aeadDem: aesGcmTemplate(16) }, pointFormat: 1 },
  },
  DHKEM_P256_HKDF_SHA256_HKDF_SHA256_AES_256_GCM: { type: 'HpkePrivateKey', curve: 'P-256', params: { kem: 2, kdf: 1, aead: 2 } },
} as const satisfies Record<string, { readonly type: string; readonly curve: CurveName; readonly params: Params }>;

const others = [...Object.keys(symmetric), ...Object.keys(asymmetric)].filter((name) => name !== 'AES128_GCM');

/** Names of what `createKeyset` makes, as tinkey spells them. ECDSA_P384 and _P521 sign with SHA-512. */
export const keysetTemplates: readonly [string, ...string[]] = ['AES128_GCM', ...others];

/** A new keyset with one key, binary; with Tink's prefix unless the name ends in RAW. @throws AppError CONFIG_INVALID for an unknown name */
export async function createKeyset(template = 'AES256_GCM'): Promise<Buffer> {
  if (isKeyOf(symmetric, template)) {
    const tink = await loadTink();
    const handle = await tink.generateNewKeysetHandle(tink.aead[symmetric[template]]());
    return Buffer.from(tink.binaryInsecure.serializeKeyset(handle));
  }
  if (isKeyOf(asymmetric, template)) return newAsymmetricKeyset(asymmetric[template]);
  throw new AppError('CONFIG_INVALID', `there is no keyset template ${JSON.stringify(template)}; there are ${keysetTemplates.join(', ')}`);
}

const isKeyOf = <T extends object>(table: T, name: string): name is Extract<keyof T, string> => Object.hasOwn(table, name);

function newAsymmetricKeyset({ type, curve, params }: (typeof asymmetric)[keyof typeof asymmetric]): Buffer {
  const { point, privateKey } = newKeyPair(curve);
  const pair =
    type === 'HpkePrivateKey'
      ? { publicKey: { params, publicKey: Buffer.concat([Buffer.of(4), point.x, point.y]) }, privateKey }
      : { publicKey: { params, ...point }, keyValue: privateKey };
  const value = encodeKey(type, pair);
  privateKey.fill(0);
  const keyId = randomInt(1, 2 ** 32);
  const key = { typeUrl: `${typePrefix}${type}`, value, keyMaterialType: keyMaterialTypes.ASYMMETRIC_PRIVATE };
  const keyset = encodeKeyset({
    primaryKeyId: keyId,
    key: [{ ...key, keyId, status: keyStatuses.ENABLED, outputPrefixType: outputPrefixTypes.TINK }],
  });
  value.fill(0);
  return keyset;
}

/** KeyTemplate of an AES-GCM data key: AesGcmKeyFormat is `{key_size = 2}`. */
function aesGcmTemplate(keyBytes: number): Params {
  return { typeUrl: `${typePrefix}AesGcmKey`, value: Buffer.of(0x10, keyBytes), outputPrefixType: outputPrefixTypes.RAW };
}
