import { AppError } from '../base/index.js';
import { Reader, Writer } from './codec.js';
import { Limit, PolicyCommand } from './constants.js';
import { digest, hashId, hashSize, readHash, type HashName } from './hash.js';

/** A bank holds the 24 platform configuration registers for one hash algorithm. */
export type PcrBank = HashName;

/** TPMS_PCR_SELECTION (Part 2, 10.6.1): registers of one bank. Order of `indices` does not matter: the wire is a bitmap. */
export interface PcrSelection {
  readonly bank: PcrBank;
  readonly indices: readonly number[];
}

/** What a policy allows: for each bank and register, one or more values. */
export type AllowedPcrs = ReadonlyMap<PcrBank, ReadonlyMap<number, readonly Buffer[]>>;

const bitmapSize = Limit.pcrCount / 8;
const allIndices: readonly number[] = Array.from({ length: Limit.pcrCount }, (_, index) => index);

/** TPML_PCR_SELECTION (Part 2, 10.9.7): u32 count, then per bank `hash u16 | sizeofSelect u8 = 3 | bitmap`, register n at byte n>>3, bit n&7. */
export function encodePcrSelections(selections: readonly PcrSelection[]): Buffer {
  const writer = new Writer().u32(selections.length);
  for (const { bank, indices } of selections) writer.u16(hashId(bank)).u8(bitmapSize).bytes(bitmapOf(indices));
  return writer.done();
}

/**
 * Reads a whole TPML_PCR_SELECTION. Keeps what a TPM echoes without judging it: empty banks and one bank named twice.
 * @throws AppError BYTES_MALFORMED for more than 16 banks, an unknown bank, a bitmap that is not 3 bytes, or bytes left over.
 */
export function decodePcrSelections(bytes: Uint8Array): readonly PcrSelection[] {
  const reader = new Reader(bytes, 'pcrSelections');
  const selections = readPcrSelections(reader);
  reader.finish();
  return selections;
}

/** As decodePcrSelections, inside a larger structure. Indices come out ascending. */
export function readPcrSelections(reader: Reader): readonly PcrSelection[] {
  const count = reader.u32('pcrSelection/count');
  if (count > Limit.pcrBanks) throw reader.malformed('pcrSelection/count', `${count} banks are over the limit of ${Limit.pcrBanks}`);
  const selections: PcrSelection[] = [];
  for (let i = 0; i < count; i++) {
    const bank = readHash(reader, `pcrSelection/${i}/hash`);
    const size = reader.u8(`pcrSelection/${i}/sizeofSelect`);
    if (size !== bitmapSize) throw reader.malformed(`pcrSelection/${i}/sizeofSelect`, `is ${size}, must be ${bitmapSize}`);
    selections.push({ bank, indices: indicesOf(reader.bytes(size, `pcrSelection/${i}/pcrSelect`)) });
  }
  return selections;
}

/** Digest over register values, concatenated in selection order (Part 1, "Selecting Multiple PCR"). Over no value it is H(""). */
export const pcrDigest = (hash: HashName, values: readonly Uint8Array[]): Buffer => digest(hash, ...values);

/** A policy session: its hash (the nameAlg of the object it opens) and its digest so far. Default: SHA-256 from zero. */
export interface PolicySession {
  readonly hash?: HashName;
  readonly before?: Uint8Array;
}

/**
 * The digest of a policy session after TPM2_PolicyPCR (Part 3, 23.7): H(before || TPM_CC_PolicyPCR || TPML_PCR_SELECTION || H(values)).
 * `values` are in selection order: banks as listed, registers ascending. The hash is the session's, whatever the bank.
 */
export function policyPcrDigest(
  selection: PcrSelection | readonly PcrSelection[],
  values: readonly Uint8Array[],
  session: PolicySession = {},
): Buffer {
  const { hash = 'sha256', before = Buffer.alloc(hashSize(hash)) } = session;
  const selections = 'bank' in selection ? [selection] : selection;
  const head = new Writer().bytes(before).u32(PolicyCommand.POLICY_PCR).done();
  return digest(hash, head, encodePcrSelections(selections), pcrDigest(hash, values));
}

/**
 * The digest of a policy session after TPM2_PolicySecret (Part 3, 23.4): two hashes, the second over the policyRef even when it is empty.
 * `entityName` is the name of the object whose authorization is asked; of a permanent handle, its four bytes (handleName).
 */
export function policySecretDigest(entityName: Uint8Array, policyRef: Uint8Array = Buffer.alloc(0), session: PolicySession = {}): Buffer {
  const { hash = 'sha256', before = Buffer.alloc(hashSize(hash)) } = session;
  const head = new Writer().bytes(before).u32(PolicyCommand.POLICY_SECRET).bytes(entityName).done();
  return digest(hash, digest(hash, head), policyRef);
}

function bitmapOf(indices: readonly number[]): Buffer {
  let bits = 0;
  for (const index of indices) {
    if (!Number.isInteger(index) || index < 0 || index >= Limit.pcrCount) {
      throw new AppError('BYTES_MALFORMED', `pcr ${index} does not exist, name one of 0 to ${Limit.pcrCount - 1}`);
    }
    bits |= 1 << index;
  }
  const bitmap = Buffer.alloc(bitmapSize);
  bitmap.writeUIntLE(bits, 0, bitmapSize);
  return bitmap;
}

function indicesOf(bitmap: Buffer): readonly number[] {
  const bits = bitmap.readUIntLE(0, bitmapSize);
  return allIndices.filter((index) => (bits >> index) & 1);
}
