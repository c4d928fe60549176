import { AppError } from '../../base/index.js';
import { decodeAttest, decodeSignature } from '../../tpm/index.js';
import type { BootCounters } from '../attestation/session.js';

/** The fields of three requests that carry an attestation and its signature. */
interface SignedAttestation {
  readonly attestation: Buffer;
  readonly signature: Buffer;
  readonly signatureTpmt: Buffer;
}

/**
 * Do attestation and signature decode? Ours is a TPMT_SIGNATURE; the reference's a bare RSA signature.
 * @throws AppError BYTES_MALFORMED
 */
export function readQuoteBytes({ attestation, signature, signatureTpmt }: SignedAttestation): {
  readonly attestation: Buffer;
  readonly signature: Buffer;
  readonly bareRsa: boolean;
} {
  decodeAttest(attestation);
  if (signatureTpmt.length > 0) {
    decodeSignature(signatureTpmt);
    return { attestation, signature: signatureTpmt, bareRsa: false };
  }
  if (signature.length === 0) throw new AppError('BYTES_MALFORMED', 'signatureTpmt is missing');
  return { attestation, signature, bareRsa: true };
}

/** The boot that an attestation was made in. @throws AppError BYTES_MALFORMED */
export function bootOf(attestation: Buffer): BootCounters {
  const { resetCount, restartCount } = decodeAttest(attestation);
  return { resetCount, restartCount };
}
