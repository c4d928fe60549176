import { createHash, timingSafeEqual } from 'node:crypto';

/** Lower-case hexadecimal of any bytes. */
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Standard base64 with padding, as Firestore documents and secrets.json carry it. */
export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** Reads lower- or upper-case hexadecimal; undefined when any character or the length is wrong. */
export function fromHex(text: string): Buffer | undefined {
  return /^(?:[0-9a-fA-F]{2})*$/.test(text) ? Buffer.from(text, 'hex') : undefined;
}

/** Reads canonical, padded base64 (RFC 4648 section 4); undefined for anything that would not encode back to the same text. */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** Joins byte strings in order. */
export const concat = (...parts: readonly Uint8Array[]): Buffer => Buffer.concat(parts);

/** SHA-256 over the concatenation of the parts: 32 bytes. */
export function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Are two byte strings equal? Takes the same time for any two inputs of one length; the length itself is not hidden. */
export function equalConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
