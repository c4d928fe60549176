import { AppError } from '../base/index.js';
import type { PcrBank } from '../tpm/index.js';
import { pcrRead } from './commands/pcr.js';
import type { Tpm } from './tpm.js';

/** How often a read in pieces starts over while registers are extended by others. */
const maxAttempts = 5;

/**
 * The values of registers of one bank, ascending, all of one moment: read eight at a time and again from the start when
 * one was extended in between.
 * @throws AppError TPM_UNAVAILABLE when the bank is not active on this TPM, or registers never stay still.
 */
export async function readPcrs(tpm: Tpm, bank: PcrBank, indices: readonly number[]): Promise<ReadonlyMap<number, Buffer>> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const values = await readOnce(tpm, bank, indices);
    if (values !== undefined) return values;
  }
  throw new AppError('TPM_UNAVAILABLE', 'pcrs were extended during each of five reads; try again when the machine is quiet');
}

/** @returns undefined when a register was extended between two pieces. */
async function readOnce(tpm: Tpm, bank: PcrBank, indices: readonly number[]): Promise<ReadonlyMap<number, Buffer> | undefined> {
  const values = new Map<number, Buffer>();
  const missing = new Set(indices);
  let counter: number | undefined;
  while (missing.size > 0) {
    const { updateCounter, selections, values: piece } = await pcrRead(tpm, [{ bank, indices: [...missing] }]);
    counter ??= updateCounter;
    if (updateCounter !== counter) return undefined;
    const read = selections.flatMap((selection) => (selection.bank === bank ? selection.indices : []));
    if (read.length === 0)
      throw new AppError('TPM_UNAVAILABLE', `this TPM has no ${bank} bank of pcrs; name one that is active (tpm2_getcap pcrs)`);
    for (const [position, index] of read.entries()) {
      const value = piece[position];
      if (value === undefined || !missing.delete(index))
        throw new AppError('BYTES_MALFORMED', `PCR_Read: pcr ${index} came but was not asked`);
      values.set(index, value);
    }
  }
  return new Map([...values].sort(([a], [b]) => a - b));
}
