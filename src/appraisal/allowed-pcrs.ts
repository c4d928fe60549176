import { fromHex, onceForEach } from '../base/index.js';
import type { ProvisioningRecord } from '../record/index.js';
import type { AllowedPcrs, PcrBank } from '../tpm/index.js';

type Registers = Map<number, readonly Buffer[]>;

/**
 * The PCR values that a quote may show: those of the record, and where the server's flags name a register too, only what
 * both allow. Flags can so refuse more and never less. A register without a common value stays, with no value: the digest
 * check then refuses. Undefined when neither names anything.
 */
export function allowedPcrs(record: ProvisioningRecord, required: AllowedPcrs | undefined): AllowedPcrs | undefined {
  const allowed = new Map<PcrBank, Registers>();
  for (const [bank, registers] of policyOf(record)) allowed.set(bank, new Map(registers));
  for (const [bank, registers] of required ?? []) {
    const known: Registers = allowed.get(bank) ?? new Map<number, readonly Buffer[]>();
    allowed.set(bank, known);
    for (const [index, values] of registers) known.set(index, common(known.get(index), values));
  }
  return allowed.size === 0 ? undefined : allowed;
}

function common(known: readonly Buffer[] | undefined, values: readonly Buffer[]): readonly Buffer[] {
  return known === undefined ? values : known.filter((value) => values.some((other) => other.equals(value)));
}

/** A value that is no hexadecimal becomes empty, which no register can have. The record's schema lets none through. */
const digestOf = (text: string): Buffer => fromHex(text) ?? Buffer.alloc(0);

const policyOf = onceForEach(({ pcr_policy: policy }: ProvisioningRecord): readonly (readonly [PcrBank, Registers])[] => {
  const banks = [
    ['sha1', policy?.sha1],
    ['sha256', policy?.sha256],
    ['sha384', policy?.sha384],
  ] as const;
  return banks.flatMap(([bank, registers]) => {
    const entries = Object.entries(registers ?? {}).map(([index, values]) => [Number(index), values.map(digestOf)] as const);
    return entries.length === 0 ? [] : [[bank, new Map(entries)] as const];
  });
});
