import { createHmac } from 'node:crypto';
import { Writer } from './codec.js';
import { digest, hashSize, type HashName } from './hash.js';

/** A label as KDFs and OAEP take it: ASCII and exactly one terminating zero byte. */
export const labelBytes = (label: string): Buffer => Buffer.from(`${label}\0`);

/**
 * KDFa (Part 1, 11.4.10.2; SP800-108 in counter mode): `bits` bits of
 * HMAC(key, counter || label || 00 || contextU || contextV || bits), counter = 1, 2, ...
 */
export function kdfa(hash: HashName, key: Uint8Array, label: string, contextU: Uint8Array, contextV: Uint8Array, bits: number): Buffer {
  const tail = new Writer().bytes(labelBytes(label)).bytes(contextU).bytes(contextV).u32(bits).done();
  return stretch(hash, bits, (counter) => createHmac(hash, key).update(counter).update(tail).digest());
}

/**
 * KDFe (Part 1, 11.4.10.3; SP800-56A): `bits` bits of H(counter || z || label || 00 || partyU || partyV).
 * `z` and both x-coordinates are as long as the curve's field: a stripped leading zero gives another key.
 */
export function kdfe(hash: HashName, z: Uint8Array, label: string, partyU: Uint8Array, partyV: Uint8Array, bits: number): Buffer {
  const tail = new Writer().bytes(z).bytes(labelBytes(label)).bytes(partyU).bytes(partyV).done();
  return stretch(hash, bits, (counter) => digest(hash, counter, tail));
}

/** Joins blocks until there are enough bits. Where `bits` is no multiple of 8, the unused bits are the first ones of the result and zero. */
function stretch(hash: HashName, bits: number, block: (counter: Buffer) => Buffer): Buffer {
  const size = Math.ceil(bits / 8);
  const blocks = Array.from({ length: Math.ceil(size / hashSize(hash)) }, (_, i) => block(new Writer().u32(i + 1).done()));
  const out = Buffer.concat(blocks, size);
  if (bits % 8 !== 0) out.writeUInt8(out.readUInt8() & ((1 << (bits % 8)) - 1));
  return out;
}
