import { AppError } from '../base/index.js';
import { decodePublic, digest, encodePublic, nameOf, signingKeyTemplate, TPM_GENERATED, Writer } from '../tpm/index.js';
import type { HashName, ImportBlob, PcrSelection } from '../tpm/index.js';
import type { AttestationKey } from './attestation-key.js';
import * as commands from './commands/index.js';
import { withEkAuthorization, type EkKind } from './ek.js';
import { thenFlush } from './flush.js';
import { importUnderEk } from './import.js';
import { withObjectAuthorization } from './object-authorization.js';
import type { Tpm } from './tpm.js';

/** A key that signs any data. It is loaded under the EK for each use and takes no slot in between; nothing of it is secret outside the TPM. */
export interface SigningKey {
  /** TPM2B_PRIVATE contents, useful on this TPM only. */
  readonly privateArea: Buffer;
  /** TPMT_PUBLIC. */
  readonly publicArea: Buffer;
  readonly name: Buffer;
  readonly parent: EkKind;
  /** Registers that its policy asks for; undefined: the empty password opens it. */
  readonly pcrs: PcrSelection | undefined;
}

/** Makes an RSA signing key that cannot leave this TPM. */
export const createSigningKey = (tpm: Tpm): Promise<SigningKey> =>
  withEkAuthorization(tpm, 'rsa', async (ek, authorize) => {
    const { privateArea, publicArea } = await commands.create(tpm, ek.handle, await authorize(), encodePublic(signingKeyTemplate));
    return { privateArea, publicArea, name: nameOf(decodePublic(publicArea)), parent: 'rsa', pcrs: undefined };
  });

/** Imports a signing key that somebody wrapped for the EK of this TPM. Its maker has it too. @throws AppError as unsealImportBlob. */
export async function importSigningKey(tpm: Tpm, blob: ImportBlob): Promise<SigningKey> {
  if (decodePublic(blob.publicArea).type !== 'rsa') throw new AppError('CRYPTO_FAILED', 'this import blob holds no signing key');
  const { privateArea, parent, pcrs } = await importUnderEk(tpm, blob, (imported) => Promise.resolve(imported));
  return { privateArea, parent, pcrs, publicArea: blob.publicArea, name: nameOf(decodePublic(blob.publicArea)) };
}

/** The AK certifies that the key is loaded in its TPM, and its name. For keys with the empty password. */
export const certifyKey = (
  tpm: Tpm,
  ak: Pick<AttestationKey, 'handle'>,
  key: SigningKey,
  qualifyingData: Uint8Array,
): Promise<commands.Attested> => withLoaded(tpm, key, (handle) => commands.certify(tpm, handle, ak.handle, qualifyingData));

/** Signs data of any length with the scheme of the key. @returns TPMT_SIGNATURE. */
export const signWith = (tpm: Tpm, key: SigningKey, data: Uint8Array): Promise<Buffer> =>
  withLoaded(tpm, key, (handle) =>
    withObjectAuthorization(tpm, key.pcrs, (auth) => commands.sign(tpm, handle, auth, digest(hashOf(key.publicArea), data))),
  );

/**
 * Signs at most 1,024 bytes with a restricted attestation key. The TPM hashes them itself and refuses what begins like one
 * of its own attestations: otherwise such a key could forge them. @returns TPMT_SIGNATURE.
 * @throws AppError CRYPTO_FAILED for data that is too long or begins so.
 */
export async function signWithAk(tpm: Tpm, ak: Pick<AttestationKey, 'handle' | 'publicArea'>, data: Uint8Array): Promise<Buffer> {
  if (data.length > commands.maxHashBytes) {
    throw new AppError(
      'CRYPTO_FAILED',
      `an attestation key signs at most ${commands.maxHashBytes} bytes, not ${data.length}: sign their hash`,
    );
  }
  if (Buffer.from(data.subarray(0, 4)).equals(new Writer().u32(TPM_GENERATED).done())) {
    throw new AppError('CRYPTO_FAILED', 'an attestation key signs nothing from outside that begins like an attestation (ff544347)');
  }
  const hashed = await commands.hash(tpm, data, hashOf(ak.publicArea));
  return withObjectAuthorization(tpm, undefined, (auth) => commands.sign(tpm, ak.handle, auth, hashed.digest, hashed.ticket));
}

async function withLoaded<T>(tpm: Tpm, key: SigningKey, use: (handle: number) => Promise<T>): Promise<T> {
  const loaded = await withEkAuthorization(tpm, key.parent, async (ek, authorize) =>
    commands.load(tpm, ek.handle, await authorize(), key.privateArea, key.publicArea),
  );
  return thenFlush(tpm, loaded.handle, () => use(loaded.handle));
}

/** The hash of the scheme in a key's public area. */
function hashOf(publicArea: Buffer): HashName {
  const { scheme } = decodePublic(publicArea);
  if (scheme === undefined || !('hash' in scheme)) throw new AppError('CRYPTO_FAILED', 'this key names no signing scheme with a hash');
  return scheme.hash;
}
