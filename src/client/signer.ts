import { AppError } from '../base/index.js';
import { decodePublic, decodeSignature, publicKeyOf } from '../tpm/index.js';
import { signWith, type SigningKey } from '../tpm-device/index.js';
import { withTpm } from './tpm-access.js';

/** A signature of the attested key, as other tools read it. */
export interface Signature {
  readonly algorithm: 'RSASSA-PKCS1-v1_5-SHA256';
  /** As long as the modulus: what `openssl dgst -sha256 -verify` takes. */
  readonly signature: Buffer;
  /** SPKI of the key that the TokenServer verified. */
  readonly publicKeyPem: string;
}

/** Signs with a key that lives in the TPM and that the TokenServer has accepted. */
export class Signer {
  readonly publicKeyPem: string;
  readonly #tpmLocation: string;
  readonly #key: SigningKey;

  constructor(tpmLocation: string, key: SigningKey) {
    this.#tpmLocation = tpmLocation;
    this.#key = key;
    this.publicKeyPem = publicKeyOf(decodePublic(key.publicArea)).export({ type: 'spki', format: 'pem' }).toString();
  }

  /** Signs data of any length; only its hash reaches the TPM. @throws AppError TPM_UNAVAILABLE, TPM_COMMAND_FAILED */
  async sign(data: Uint8Array): Promise<Signature> {
    const bytes = await withTpm(this.#tpmLocation, (tpm) => signWith(tpm, this.#key, data));
    const signature = decodeSignature(bytes);
    if (signature.alg !== 'rsassa' || signature.hash !== 'sha256') throw new AppError('INTERNAL', 'the signing key is of another kind');
    return { algorithm: 'RSASSA-PKCS1-v1_5-SHA256', signature: signature.signature, publicKeyPem: this.publicKeyPem };
  }
}
