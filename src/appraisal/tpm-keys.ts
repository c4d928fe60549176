import { createPublicKey } from 'node:crypto';
import { isAppError } from '../base/index.js';
import { decodePublic, spkiDerOf, type PublicArea } from '../tpm/index.js';

/** A TPMT_PUBLIC that somebody sent, or why it is none. */
export type DecodedPublic = { readonly kind: 'area'; readonly area: PublicArea } | { readonly kind: 'malformed'; readonly problem: string };

/** Decodes hostile bytes without throwing: a check refuses instead. */
export function decodedPublic(bytes: Uint8Array): DecodedPublic {
  try {
    return { kind: 'area', area: decodePublic(bytes) };
  } catch (error) {
    if (isAppError(error, 'BYTES_MALFORMED')) return { kind: 'malformed', problem: error.message };
    throw error;
  }
}

/** DER SubjectPublicKeyInfo of a public area; undefined when it holds no valid key. */
export function spkiDerOfPublic(area: PublicArea): Buffer | undefined {
  try {
    return spkiDerOf(area);
  } catch (error) {
    if (isAppError(error, 'CRYPTO_FAILED')) return undefined;
    throw error;
  }
}

/** OpenSSL takes a tenth of a millisecond for a PEM, and a fleet asks again with the same ones. */
const maxRemembered = 4096;
const maxRememberedCharacters = 2048;
const ofPem = new Map<string, Buffer | undefined>();

/** DER SubjectPublicKeyInfo of a PEM public key; undefined for an empty text and anything that does not parse. Not to be changed. */
export function spkiDerOfPem(pem: string): Buffer | undefined {
  if (pem === '') return undefined;
  if (ofPem.has(pem)) return ofPem.get(pem);
  const der = derOfPem(pem);
  if (pem.length > maxRememberedCharacters) return der;
  const [oldest] = ofPem.keys();
  if (ofPem.size >= maxRemembered && oldest !== undefined) ofPem.delete(oldest);
  ofPem.set(pem, der);
  return der;
}

function derOfPem(pem: string): Buffer | undefined {
  try {
    return createPublicKey(pem).export({ type: 'spki', format: 'der' });
  } catch {
    return undefined;
  }
}
