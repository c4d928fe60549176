import { AppError } from '../base/index.js';
import { Writer } from './codec.js';
import { hashSize } from './hash.js';
import { outerWrap } from './protect.js';
import type { PublicArea } from './public.js';
import { secureRandom, shareSeed, type RandomSource } from './seed.js';

export interface CredentialRequest {
  /** From a trusted source (ekPublicFromSpki), never from the caller that wants to prove itself. */
  readonly ekPublic: PublicArea;
  /** Computed by us from the whole public area of the AK (nameOf), never taken from the caller. */
  readonly akName: Buffer;
  /** The secret to be recovered: 1 byte up to the digest size of the EK's nameAlg (32 for SHA-256). */
  readonly credential: Uint8Array;
  readonly random?: RandomSource;
}

/** Contents of TPM2B_ID_OBJECT and TPM2B_ENCRYPTED_SECRET, without their outer two length bytes. */
export interface Credential {
  readonly credentialBlob: Buffer;
  readonly encryptedSecret: Buffer;
}

/**
 * TPM2_MakeCredential in software (Part 1, 24): a secret that only the TPM with this EK can open, and only while it holds
 * an object of this name. Who returns the secret has both. What the AK may do is not asked here: see ak-checks.ts.
 * @throws AppError INTERNAL for a secret of wrong size, CRYPTO_FAILED when the EK cannot be used.
 */
export function makeCredential({ ekPublic, akName, credential, random = secureRandom }: CredentialRequest): Credential {
  const limit = hashSize(ekPublic.nameAlg);
  if (credential.length === 0 || credential.length > limit) {
    throw new AppError('INTERNAL', `a credential has 1 to ${limit} bytes, not ${credential.length}`);
  }
  const { seed, encryptedSeed, protection } = shareSeed(ekPublic, 'IDENTITY', random);
  const plain = new Writer().sized(credential).done();
  const credentialBlob = outerWrap(protection, seed, akName, plain);
  seed.fill(0);
  plain.fill(0);
  return { credentialBlob, encryptedSecret: encryptedSeed };
}
