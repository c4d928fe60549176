import { createHash } from 'node:crypto';
import { Alg } from './constants.js';
import type { Reader } from './codec.js';

/** The hash algorithms that this code knows. Others on the wire are refused. */
export type HashName = 'sha1' | 'sha256' | 'sha384' | 'sha512';

const hashes: Readonly<Record<HashName, { readonly id: number; readonly size: number }>> = {
  sha1: { id: Alg.SHA1, size: 20 },
  sha256: { id: Alg.SHA256, size: 32 },
  sha384: { id: Alg.SHA384, size: 48 },
  sha512: { id: Alg.SHA512, size: 64 },
};

/** Every known hash, by ascending TPM_ALG_ID. */
export const hashNames: readonly HashName[] = ['sha1', 'sha256', 'sha384', 'sha512'];

/** The TPM_ALG_ID of a hash (Part 2, 6.3). */
export const hashId = (name: HashName): number => hashes[name].id;

/** Size of its digest in bytes. */
export const hashSize = (name: HashName): number => hashes[name].size;

/** The hash with this TPM_ALG_ID; undefined when it is none or not a known one. */
export const hashNameOf = (id: number): HashName | undefined => hashNames.find((name) => hashes[name].id === id);

/** Digest of the parts in order, as if they were one byte string. */
export function digest(name: HashName, ...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash(name);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Reads a TPMI_ALG_HASH (Part 2, 9.27). @throws AppError BYTES_MALFORMED for an unknown hash and for TPM_ALG_NULL. */
export function readHash(reader: Reader, field: string): HashName {
  const id = reader.u16(field);
  const name = hashNameOf(id);
  if (name === undefined) throw reader.malformed(field, `0x${id.toString(16)} is not a hash algorithm known here`);
  return name;
}
