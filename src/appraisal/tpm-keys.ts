import { createPublicKey } from 'node:crypto';
import { isAppError, onceForEach, Recent } from '../base/index.js';
import { decodePublic, ekPublicFromSpki, spkiDerOf, type PublicArea } from '../tpm/index.js';

/** Keys of a fleet, which asks again with the same ones. */
const maxRemembered = 4096;
const maxRememberedCharacters = 2048;

/** The same function, which works once for a text while it is among the last ones: OpenSSL takes a tenth of a millisecond for a PEM. */
function remembering<T>(make: (text: string) => T): (text: string) => T {
  const known = new Recent<string, { readonly made: T }>(maxRemembered);
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before.made;
    const made = make(text);
    if (text.length <= maxRememberedCharacters) known.set(text, { made });
    return made;
  };
}

/** A TPMT_PUBLIC that somebody sent, or why it is none. */
export type DecodedPublic = { readonly kind: 'area'; readonly area: PublicArea } | { readonly kind: 'malformed'; readonly problem: string };

/** Decodes hostile bytes without throwing: a check refuses instead. The same bytes give the same object, which is not to be changed. */
export const decodedPublic = (bytes: Uint8Array): DecodedPublic => decodedOfLatin1(Buffer.from(bytes).toString('latin1'));

const decodedOfLatin1 = remembering((bytes): DecodedPublic => {
  try {
    return { kind: 'area', area: decodePublic(Buffer.from(bytes, 'latin1')) };
  } catch (error) {
    if (isAppError(error, 'BYTES_MALFORMED')) return { kind: 'malformed', problem: error.message };
    throw error;
  }
});

/** DER SubjectPublicKeyInfo of a public area, not to be changed; undefined when it holds no valid key. */
export const spkiDerOfPublic = onceForEach((area: PublicArea): Buffer | undefined => {
  try {
    return spkiDerOf(area);
  } catch (error) {
    if (isAppError(error, 'CRYPTO_FAILED')) return undefined;
    throw error;
  }
});

/** DER SubjectPublicKeyInfo of a PEM public key, not to be changed; undefined for an empty text and anything that does not parse. */
export const spkiDerOfPem = (pem: string): Buffer | undefined => (pem === '' ? undefined : derOfPem(pem));

const derOfPem = remembering((pem): Buffer | undefined => {
  try {
    return createPublicKey(pem).export({ type: 'spki', format: 'der' });
  } catch {
    return undefined;
  }
});

/**
 * The endorsement key that a PEM names, as its public area in the TCG template; not to be changed.
 * @throws AppError CRYPTO_FAILED as ekPublicFromSpki
 */
export const ekOfPem = remembering(ekPublicFromSpki);
