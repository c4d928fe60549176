import { readFileSync } from 'node:fs';
import { AppError, type FlagReader } from '../base/index.js';
import { parsePcrFlag, parsePcrPolicyFile, type PcrPolicy } from '../record/index.js';
import type { PcrBank } from '../tpm/index.js';

/** One bank, and one value for each of its PCRs: what a blob can be sealed to. */
export interface SealingChoice {
  readonly bank: PcrBank;
  readonly values: ReadonlyMap<number, Buffer>;
}

/**
 * The PCR policy of the approval, from `--attestationPCR`/`--attestationPCRValue` or a file; undefined where neither is given.
 * @throws AppError CONFIG_INVALID
 */
export function readPcrPolicy(reader: FlagReader): PcrPolicy | undefined {
  const options = { allowSha1: reader.flag('allowSha1Pcrs') };
  const file = reader.text('pcrPolicy');
  const value = reader.text('attestationPCRValue');
  reader.forbidTogether('attestationPCRValue', 'pcrPolicy', 'both say what the PCRs must hold');
  if (file !== undefined) return parsePcrPolicyFile(file, readText(file), options);
  return value === undefined
    ? undefined
    : parsePcrFlag('attestationPCRValue', `${reader.numberOrDefault('attestationPCR')}=${value}`, options);
}

/**
 * What to seal to, from `--pcrValues`; undefined without the flag.
 * @throws AppError CONFIG_INVALID also where one blob cannot say it: two banks, or two values for one PCR
 */
export function readSealingPcrs(reader: FlagReader): SealingChoice | undefined {
  const text = reader.text('pcrValues');
  if (text === undefined) return undefined;
  const banks = Object.entries(parsePcrFlag('pcrValues', text, { allowSha1: reader.flag('allowSha1Pcrs') }));
  const [first, second] = banks;
  if (first === undefined || second !== undefined) throw new AppError('CONFIG_INVALID', '--pcrValues mixes banks: a blob is sealed to one');
  const [bank, indices] = first;
  const values = new Map<number, Buffer>();
  for (const [index, digests] of Object.entries(indices ?? {})) {
    const [digest, another] = digests;
    if (digest === undefined || another !== undefined)
      throw new AppError('CONFIG_INVALID', `--pcrValues has two values for PCR ${index}: a blob is sealed to one`);
    values.set(Number(index), Buffer.from(digest, 'hex'));
  }
  return { bank: bank as PcrBank, values };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new AppError('CONFIG_INVALID', `--pcrPolicy: cannot read ${file}; name a file that this user can read`, { cause: error });
  }
}
