import {
  encodePcrSelections,
  hashId,
  hashSize,
  Limit,
  readPcrSelections,
  Writer,
  type PcrBank,
  type PcrSelection,
} from '../../tpm/index.js';
import { AppError } from '../../base/index.js';
import { passwordAuth } from '../packet.js';
import { nothing, type Tpm } from '../tpm.js';

/** TPML_DIGEST (Part 2, section 10.9.4) holds at most eight digests. */
const maxDigests = 8;

export interface PcrReadResult {
  /** Counts extends: two reads with one counter saw the same values. */
  readonly updateCounter: number;
  /** What was read: as much of the selection as fits into eight digests. */
  readonly selections: readonly PcrSelection[];
  /** In the order of `selections`, registers ascending. */
  readonly values: readonly Buffer[];
}

/** TPM2_PCR_Read (Part 3, section 22.4), one call. See readPcrs for all of a selection. */
export function pcrRead(tpm: Tpm, selections: readonly PcrSelection[]): Promise<PcrReadResult> {
  return tpm.execute({ name: 'PCR_Read', parameters: encodePcrSelections(selections) }, (reader) => {
    const updateCounter = reader.u32('updateCounter');
    const read = readPcrSelections(reader);
    const count = reader.u32('count');
    if (count > maxDigests) throw reader.malformed('count', `${count} is over the limit of ${maxDigests}`);
    const values: Buffer[] = [];
    for (let i = 0; i < count; i++) values.push(reader.sized(`digest/${i}`, Limit.digest));
    const expected = read.flatMap(({ bank, indices }) => indices.map(() => hashSize(bank)));
    if (expected.length !== values.length || values.some((value, i) => value.length !== expected[i])) {
      throw reader.malformed('digest', 'number or sizes do not fit the selection that was read');
    }
    return { updateCounter, selections: read, values };
  });
}

/**
 * TPM2_PCR_Extend (Part 3, section 22.2): new value = H(old value || digest), in each named bank. A bank that is not
 * named keeps its value, so name every active bank to record one event.
 */
export async function pcrExtend(tpm: Tpm, index: number, digests: ReadonlyMap<PcrBank, Uint8Array>): Promise<void> {
  const parameters = new Writer().u32(digests.size);
  for (const [bank, digest] of digests) {
    if (digest.length !== hashSize(bank))
      throw new AppError('BYTES_MALFORMED', `a digest of ${digest.length} bytes does not fit bank ${bank}`);
    parameters.u16(hashId(bank)).bytes(digest);
  }
  await tpm.execute({ name: 'PCR_Extend', handles: [index], auths: [passwordAuth()], parameters: parameters.done() }, nothing);
}

/** TPM2_PCR_Reset (Part 3, section 22.8): only registers 16 and 23 can be reset by an operating system. */
export const pcrReset = (tpm: Tpm, index: number): Promise<void> =>
  tpm.execute({ name: 'PCR_Reset', handles: [index], auths: [passwordAuth()] }, nothing);
