import type { JsonWebKey, KeyObject } from 'node:crypto';
import { AppError } from '../base/index.js';
import { Writer } from './codec.js';
import { Alg, ObjectAttribute } from './constants.js';
import { digest, hashId, hashNameOf, hashSize } from './hash.js';
import { leftPad } from './key.js';
import { nameOf } from './name.js';
import { policyPcrDigest, type PcrBank, type PcrSelection } from './pcr.js';
import { outerWrap } from './protect.js';
import { encodePublic, type KeyedHashPublic, type PublicArea, type RsaPublic } from './public.js';
import { secureRandom, shareSeed, type RandomSource } from './seed.js';

/** Register values that must be there when the object is used. `hashAlg` is the TPM_ALG_ID of the bank. */
export interface ImportPcrs {
  readonly hashAlg: number;
  /** By register; empty when the object needs no registers. */
  readonly values: ReadonlyMap<number, Buffer>;
}

/** A secret wrapped for one EK, as go-tpm-tools' ImportBlob carries it: what TPM2_Import takes, without outer lengths. */
export interface ImportBlob {
  /** `2B integrity || encrypted sensitive area`. */
  readonly duplicate: Buffer;
  /** RSA: the OAEP ciphertext. ECC: `2B x || 2B y`. */
  readonly encryptedSeed: Buffer;
  /** TPMT_PUBLIC of the object that the import makes. */
  readonly publicArea: Buffer;
  readonly pcrs: ImportPcrs | undefined;
}

/** Registers of one bank and the value that each must have. */
export interface SealingPcrs {
  readonly bank: PcrBank;
  readonly values: ReadonlyMap<number, Buffer>;
}

interface Target {
  readonly ekPublic: PublicArea;
  readonly pcrs?: SealingPcrs;
  readonly random?: RandomSource;
}

/** Most bytes that a TPM seals (MAX_SYM_DATA, Part 2, Annex A): seal a key and encrypt longer data with it. */
export const maxSealedBytes = 128;

/**
 * Seals data to the TPM that holds this EK and, if `pcrs` are given, to the state that those values describe.
 * Without `pcrs` whoever can use that TPM can open it.
 * @throws AppError CRYPTO_FAILED for no data or more than 128 bytes, for PCR values of wrong size, for an unusable EK.
 */
export function sealToEk({ ekPublic, data, pcrs, random = secureRandom }: Target & { readonly data: Uint8Array }): ImportBlob {
  if (data.length === 0 || data.length > maxSealedBytes) {
    throw new AppError(
      'CRYPTO_FAILED',
      `a tpm seals 1 to ${maxSealedBytes} bytes, not ${data.length}: seal a key, encrypt the rest with it`,
    );
  }
  const obfuscation = random(hashSize('sha256'));
  const importPcrs = importPcrsOf(pcrs);
  const area: KeyedHashPublic = {
    type: 'keyedhash',
    ...authorization(importPcrs),
    scheme: undefined,
    unique: digest('sha256', obfuscation, data),
  };
  return wrapFor(ekPublic, area, sensitive(Alg.KEYEDHASH, obfuscation, data), importPcrs, random);
}

/**
 * Wraps an RSA private key for the TPM that holds this EK: it signs with RSASSA and SHA-256 and nothing else.
 * Whoever made the key can wrap it for other TPMs too: never take it for one that was born in a TPM.
 * @throws AppError CRYPTO_FAILED for a key that is not a two-prime RSA private key, and as sealToEk.
 */
export function signingKeyToEk({
  ekPublic,
  privateKey,
  pcrs,
  random = secureRandom,
}: Target & { readonly privateKey: KeyObject }): ImportBlob {
  const { n, e, p } = rsaParts(privateKey);
  const importPcrs = importPcrsOf(pcrs);
  const { attributes, ...common } = authorization(importPcrs);
  const area: RsaPublic = {
    type: 'rsa',
    ...common,
    attributes: attributes | ObjectAttribute.sign,
    symmetric: undefined,
    scheme: { alg: 'rsassa', hash: 'sha256' },
    keyBits: 8 * n.length,
    exponent: e.readUIntBE(0, e.length),
    modulus: n,
  };
  return wrapFor(ekPublic, area, sensitive(Alg.RSA, Buffer.alloc(0), leftPad(p, n.length / 2)), importPcrs, random);
}

/**
 * The selection that TPM2_PolicyPCR needs before the object is used, and the policy that it must give. Undefined when the
 * blob names no registers: then the empty password opens it. Compare `policy` with the public area before importing.
 * @throws AppError BYTES_MALFORMED when the blob's bank is unknown.
 */
export function sealingPolicyOf(blob: Pick<ImportBlob, 'pcrs'>): { readonly selection: PcrSelection; readonly policy: Buffer } | undefined {
  if (blob.pcrs === undefined || blob.pcrs.values.size === 0) return undefined;
  const bank = hashNameOf(blob.pcrs.hashAlg);
  if (bank === undefined) throw new AppError('BYTES_MALFORMED', `importBlob/pcrs/hash: ${blob.pcrs.hashAlg} is not a bank known here`);
  const ascending = [...blob.pcrs.values].sort(([a], [b]) => a - b);
  const selection = { bank, indices: ascending.map(([index]) => index) };
  return {
    selection,
    policy: policyPcrDigest(
      selection,
      ascending.map(([, value]) => value),
    ),
  };
}

/** Who may use the object: with PCR values only the policy, else the empty password. fixedTPM and fixedParent must be clear for an import (Part 3, 13.3). */
function authorization(pcrs: ImportPcrs): Pick<PublicArea, 'nameAlg' | 'attributes' | 'authPolicy'> {
  const policy = sealingPolicyOf({ pcrs })?.policy;
  return policy === undefined
    ? { nameAlg: 'sha256', attributes: ObjectAttribute.userWithAuth, authPolicy: Buffer.alloc(0) }
    : { nameAlg: 'sha256', attributes: ObjectAttribute.adminWithPolicy, authPolicy: policy };
}

/** go-tpm-tools writes the SHA-256 bank without values when there are none; so do we. */
function importPcrsOf(pcrs: SealingPcrs | undefined): ImportPcrs {
  if (pcrs === undefined) return { hashAlg: hashId('sha256'), values: new Map() };
  if (pcrs.values.size === 0) throw new AppError('CRYPTO_FAILED', 'no pcr values to seal to: name some, or leave the bank out too');
  for (const [index, value] of pcrs.values) {
    if (value.length !== hashSize(pcrs.bank)) {
      throw new AppError(
        'CRYPTO_FAILED',
        `the value of pcr ${index} has ${value.length} bytes, the ${pcrs.bank} bank has ${hashSize(pcrs.bank)}`,
      );
    }
  }
  return { hashAlg: hashId(pcrs.bank), values: pcrs.values };
}

/** TPMT_SENSITIVE in its TPM2B (Part 2, 12.3.2.4), with an empty authorization value. */
const sensitive = (type: number, seedValue: Uint8Array, secret: Uint8Array): Buffer =>
  new Writer().sized(new Writer().u16(type).sized(Buffer.alloc(0)).sized(seedValue).sized(secret).done()).done();

function wrapFor(ekPublic: PublicArea, area: PublicArea, plain: Buffer, pcrs: ImportPcrs, random: RandomSource): ImportBlob {
  const { seed, encryptedSeed, protection } = shareSeed(ekPublic, 'DUPLICATE', random);
  const duplicate = outerWrap(protection, seed, nameOf(area), plain);
  seed.fill(0);
  plain.fill(0);
  return { duplicate, encryptedSeed, publicArea: encodePublic(area), pcrs };
}

function rsaParts(privateKey: KeyObject): { readonly n: Buffer; readonly e: Buffer; readonly p: Buffer } {
  const jwk: JsonWebKey = privateKey.asymmetricKeyType === 'rsa' ? privateKey.export({ format: 'jwk' }) : {};
  const { n, e, p } = jwk;
  if (n === undefined || e === undefined || p === undefined) {
    throw new AppError('CRYPTO_FAILED', 'only an rsa private key can be wrapped as a signing key');
  }
  const modulus = Buffer.from(n, 'base64url');
  if (![256, 384, 512].includes(modulus.length)) {
    throw new AppError('CRYPTO_FAILED', `a signing key has 2048, 3072 or 4096 bits, not ${8 * modulus.length}`);
  }
  return { n: modulus, e: Buffer.from(e, 'base64url'), p: Buffer.from(p, 'base64url') };
}
