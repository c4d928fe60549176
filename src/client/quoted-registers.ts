import { AppError } from '../base/index.js';
import { hashId, hashNameOf, Limit, type PcrSelection } from '../tpm/index.js';
import { readPcrs, type Tpm } from '../tpm-device/index.js';
import type { PcrSelection__Output, PcrValue__Output } from '../wire/index.js';

/** What to quote, as the server asks. @throws AppError BYTES_MALFORMED for no register, an unknown bank or a register over 23. */
export function selectionsOf(asked: readonly PcrSelection__Output[]): readonly PcrSelection[] {
  const selections = asked.slice(0, Limit.pcrBanks).map(({ hashAlg, index }) => {
    const bank = hashNameOf(hashAlg);
    const indices = index.filter((pcr) => pcr < Limit.pcrCount);
    if (bank === undefined || indices.length === 0 || indices.length !== index.length) {
      throw new AppError('BYTES_MALFORMED', `the server asks for registers that do not exist: bank ${hashAlg}, pcr ${index.join(',')}`);
    }
    return { bank, indices };
  });
  if (selections.length === 0) throw new AppError('BYTES_MALFORMED', 'the server asks for a quote of no register');
  return selections;
}

/** The registers as they are, for the server's diagnosis: what counts is the quote. */
export async function currentValues(tpm: Tpm, selections: readonly PcrSelection[]): Promise<readonly PcrValue__Output[]> {
  const values: PcrValue__Output[] = [];
  for (const { bank, indices } of selections) {
    for (const [index, digest] of await readPcrs(tpm, bank, indices)) values.push({ index, digest, hashAlg: hashId(bank) });
  }
  return values;
}
