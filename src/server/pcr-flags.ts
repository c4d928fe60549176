import { fromHex } from '../base/index.js';
import { hashSize, type AllowedPcrs, type PcrBank } from '../tpm/index.js';

/** Banks whose values a flag may name. SHA-1 is not among them. */
const banks: readonly PcrBank[] = ['sha256', 'sha384', 'sha512'];

/**
 * Which registers do `--pcr` and `--expectedPCRValue` ask for? Forms: `--pcr=0 --expectedPCRValue=HEX`, `--pcr 0=HEX,4=HEX`,
 * `--pcr 0:HEX`, repeated. Two values of one register allow either. A register without a value asks for nothing by itself.
 * @param problem told one line per mistake.
 * @returns undefined when no value was given.
 */
export function readPcrFlags(
  pcrs: readonly string[],
  expectedValue: string | undefined,
  problem: (line: string) => void,
): AllowedPcrs | undefined {
  const entries = pcrs.flatMap((text) => text.split(','));
  const allowed = new Map<PcrBank, Map<number, Buffer[]>>();
  const bare: number[] = [];
  for (const entry of entries) {
    const match = /^(\d{1,2})(?:[=:](.*))?$/.exec(entry.trim());
    const index = Number(match?.[1]);
    if (match === null || index > 23) problem(`--pcr: "${entry}" is not a register (0 to 23), alone or with =HEX`);
    else if (match[2] === undefined) bare.push(index);
    else addValue(allowed, index, match[2], problem);
  }
  if (expectedValue !== undefined) {
    if (bare.length > 1) problem('--expectedPCRValue fits one --pcr only: write --pcr INDEX=HEX for several registers');
    else if (entries.length > 0 && bare.length === 0) problem('--expectedPCRValue needs a --pcr without a value of its own');
    else addValue(allowed, bare[0] ?? 0, expectedValue, problem);
  }
  return allowed.size === 0 ? undefined : allowed;
}

function addValue(allowed: Map<PcrBank, Map<number, Buffer[]>>, index: number, text: string, problem: (line: string) => void): void {
  const value = fromHex(text);
  const bank = banks.find((name) => hashSize(name) === value?.length);
  if (value === undefined || bank === undefined) {
    problem(`--pcr ${index}: the value is not 64, 96 or 128 hexadecimal digits (SHA-256, SHA-384 or SHA-512)`);
    return;
  }
  const registers = allowed.get(bank) ?? new Map<number, Buffer[]>();
  registers.set(index, [...(registers.get(index) ?? []), value]);
  allowed.set(bank, registers);
}
