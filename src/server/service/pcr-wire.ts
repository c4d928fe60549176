import { AppError } from '../../base/index.js';
import { allowedPcrs, type ServerPolicy } from '../../appraisal/index.js';
import type { ProvisioningRecord } from '../../record/index.js';
import { hashId, hashNameOf, selectionsOf, type PcrBank, type PcrSelection } from '../../tpm/index.js';
import type { PcrSelection as WireSelection, PcrValue__Output } from '../../wire/index.js';

/** What a record of policy `observe` collects when it names no registers: those that firmware and boot loader measure into. */
const observedSelection: readonly PcrSelection[] = [{ bank: 'sha256', indices: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 14] }];

/**
 * Over which registers does a quote have to be? What record and flags name together; banks by ascending algorithm id.
 * @throws AppError STEP_OUT_OF_ORDER when neither names any: there is nothing that a quote could be compared with.
 */
export function quoteSelection(record: ProvisioningRecord, policy: ServerPolicy): readonly PcrSelection[] {
  const allowed = allowedPcrs(record, policy.requiredPcrs);
  if (allowed !== undefined) return selectionsOf(allowed);
  if (record.release_policy === 'observe') return observedSelection;
  throw new AppError('STEP_OUT_OF_ORDER', 'neither the approval nor the server names a pcr value: a quote would prove nothing');
}

export const wireSelection = (selections: readonly PcrSelection[]): WireSelection[] =>
  selections.map(({ bank, indices }) => ({ hashAlg: hashId(bank), index: [...indices] }));

/** The one register that messages of the reference can name. */
export const firstPcr = (selections: readonly PcrSelection[]): number => selections[0]?.indices[0] ?? 0;

/** Claimed values of one bank, by register. Values of banks that are not known here are left out: nothing depends on them. */
export function claimedValues(values: readonly PcrValue__Output[], bank: PcrBank): ReadonlyMap<number, Buffer> {
  const ofBank = values.filter(({ hashAlg }) => hashNameOf(hashAlg === 0 ? hashId('sha256') : hashAlg) === bank);
  return new Map(ofBank.map(({ index, digest }) => [index, digest]));
}
