import { X509Certificate } from 'node:crypto';
import { sha256 } from '../base/index.js';

/** Length of an uncompressed P-256 point: 04, x, y. */
export const releaseKeyLength = 65;
/** Length of a session id. */
export const sessionIdLength = 32;

/**
 * What the quote of an activation must carry as extraData: 32 bytes. It ties the machine's state to this challenge, to the
 * key that the secrets will be sealed to, and to the server that the client spoke with; a relay has neither key.
 * SHA-256("tokenservice release v1" || challenge (ASCII) || releaseKey (65) || SHA-256 of the server's leaf SPKI (32)).
 */
export const releaseBinding = (parts: {
  readonly challenge: string;
  readonly releaseKey: Uint8Array;
  readonly serverSpkiSha256: Uint8Array;
}): Buffer =>
  sha256(Buffer.from('tokenservice release v1'), Buffer.from(parts.challenge, 'ascii'), parts.releaseKey, parts.serverSpkiSha256);

/** extraData of a client of the reference, which knows no release key: the challenge itself. Policy `identity` only. */
export const referenceBinding = (challenge: string): Buffer => Buffer.from(challenge, 'ascii');

/** extraData of a later quote of the same session: SHA-256("tokenservice quote v1" || nonce || sessionId || server SPKI hash). */
export const quoteBinding = (parts: {
  readonly nonce: string;
  readonly sessionId: Uint8Array;
  readonly serverSpkiSha256: Uint8Array;
}): Buffer => sha256(Buffer.from('tokenservice quote v1'), Buffer.from(parts.nonce, 'ascii'), parts.sessionId, parts.serverSpkiSha256);

/** extraData of the certification of a signing key: SHA-256(sessionId || "signing-key"). */
export const signingKeyBinding = (sessionId: Uint8Array): Buffer => sha256(sessionId, Buffer.from('signing-key'));

let last: { readonly certificate: Buffer; readonly spki: Buffer } | undefined;

/**
 * SHA-256 over the DER SubjectPublicKeyInfo of a certificate (RFC 7469 section 2.4): 32 bytes. @param certificate DER or PEM.
 * The last one is remembered: a server shows the same certificate to thousands of connections, and parsing it took a quarter of
 * the time of a handshake.
 */
export function spkiSha256(certificate: Uint8Array | string): Buffer {
  const bytes = Buffer.from(certificate);
  if (last === undefined || !last.certificate.equals(bytes)) {
    const spki = sha256(new X509Certificate(bytes).publicKey.export({ type: 'spki', format: 'der' }));
    last = { certificate: bytes, spki };
  }
  return Buffer.from(last.spki);
}
