import { AppError } from '../base/index.js';
import { pcrDigestHexLength, pcrPolicySchema, type PcrPolicy, type PolicyBank } from './pcr-policy.js';

/**
 * SHA-1 digests can collide; a policy compares with them only where its author said so. Unasked, a SHA-1 value beside
 * values of another bank for the same PCR is left out, and a PCR that has nothing else is refused.
 */
export interface PcrTextOptions {
  readonly allowSha1: boolean;
}

interface NamedDigest {
  readonly index: number;
  readonly digest: string;
}

/**
 * Reads the PCR values of a command line: `0=HEX,23=HEX`, or with colons as the article also writes them (`0:HEX`). The
 * length of a digest picks its bank; an index given twice allows both values.
 * @throws AppError CONFIG_INVALID naming the flag and the part that is wrong
 */
export function parsePcrFlag(flag: string, text: string, options: PcrTextOptions): PcrPolicy {
  const named = text.split(',').map((part): NamedDigest => {
    const match = /^\s*([0-9]{1,2})\s*(?::=|=|:)\s*([0-9a-fA-F]+)\s*$/.exec(part);
    const [, index, digest] = match ?? [];
    if (index === undefined || digest === undefined) throw invalid(`--${flag} is INDEX=HEX,INDEX=HEX,...; "${part.slice(0, 80)}" is not`);
    return { index: Number(index), digest };
  });
  return policyOf(`--${flag}`, named, options);
}

/**
 * Reads a PCR policy file: ours (`{"sha256": {"0": ["HEX", ...]}}`) or Keylime's tpm_policy
 * (`{"0": ["HEX"], "15": ["HEX", "HEX"], "mask": "0x8001"}`). In Keylime's the length of a digest picks its bank, and a
 * mask, where there is one, must name exactly the PCRs that have values: a PCR that the mask leaves out would not be looked at.
 * @throws AppError CONFIG_INVALID naming the file and what is wrong
 * @see https://keylime.readthedocs.io/en/latest/user_guide/use_measured_boot.html
 */
export function parsePcrPolicyFile(file: string, text: string, options: PcrTextOptions): PcrPolicy {
  const document = jsonObject(file, text);
  const keys = Object.keys(document);
  if (keys.length > 0 && keys.every((key) => Object.hasOwn(pcrDigestHexLength, key))) {
    return policyOf(
      file,
      keys.flatMap((bank) => digestsOfBank(file, bank, document[bank])),
      options,
    );
  }
  const { mask, ...indices } = document;
  const named = digestsOf(file, indices);
  if (mask !== undefined) requireMask(file, mask, named);
  return policyOf(file, named, options);
}

function digestsOfBank(file: string, bank: string, indices: unknown): readonly NamedDigest[] {
  if (typeof indices !== 'object' || indices === null) throw invalid(`${file}: ${bank} is an object of PCR indices`);
  const length = pcrDigestHexLength[bank as PolicyBank];
  return digestsOf(file, indices).map((named) => {
    if (named.digest.length !== length)
      throw invalid(`${file}: PCR ${named.index} of ${bank} has a digest of ${named.digest.length} hex characters, not ${length}`);
    return named;
  });
}

function digestsOf(file: string, indices: object): readonly NamedDigest[] {
  return Object.entries(indices).flatMap(([index, values]: [string, unknown]) => {
    if (!/^[0-9]{1,2}$/.test(index))
      throw invalid(`${file}: "${index.slice(0, 40)}" is no PCR index; this reads PCR indices, "mask" and the banks sha1, sha256, sha384`);
    const list: readonly unknown[] = Array.isArray(values) ? values : [values];
    if (list.length === 0) throw invalid(`${file}: PCR ${index} allows no value`);
    return list.map((digest): NamedDigest => {
      if (typeof digest !== 'string') throw invalid(`${file}: PCR ${index} has a value that is no text`);
      return { index: Number(index), digest: digest.replace(/^0x/, '') };
    });
  });
}

function policyOf(source: string, named: readonly NamedDigest[], options: PcrTextOptions): PcrPolicy {
  const banks: Partial<Record<PolicyBank, Record<string, string[]>>> = {};
  for (const { index, digest } of named) {
    const bank = bankOf(digest);
    if (index > 23) throw invalid(`${source}: PCR ${index} does not exist; indices are 0 to 23`);
    if (bank === undefined)
      throw invalid(`${source}: PCR ${index} has a value of ${digest.length} characters; SHA-256 has 64 hexadecimal ones, SHA-384 has 96`);
    if (bank === 'sha1' && !options.allowSha1) {
      if (named.some((other) => other.index === index && bankOf(other.digest) !== 'sha1')) continue;
      throw invalid(`${source}: PCR ${index} has only SHA-1 values; use the SHA-256 bank, or say --allowSha1Pcrs`);
    }
    const indices = (banks[bank] ??= {});
    const values = (indices[String(index)] ??= []);
    if (!values.includes(digest.toLowerCase())) values.push(digest.toLowerCase());
  }
  const result = pcrPolicySchema.safeParse(banks);
  if (!result.success) throw invalid(`${source}: ${result.error.issues[0]?.message ?? 'no PCR policy'}`);
  return result.data;
}

function bankOf(digest: string): PolicyBank | undefined {
  if (!/^[0-9a-fA-F]+$/.test(digest)) return undefined;
  return (['sha1', 'sha256', 'sha384'] as const).find((bank) => pcrDigestHexLength[bank] === digest.length);
}

function requireMask(file: string, mask: unknown, named: readonly NamedDigest[]): void {
  const bits = typeof mask === 'string' && /^0x[0-9a-fA-F]{1,6}$/.test(mask) ? Number(mask) : mask;
  if (typeof bits !== 'number' || !Number.isInteger(bits) || bits < 0 || bits > 0xffffff)
    throw invalid(`${file}: mask is 24 bits, such as "0x408000"`);
  for (let index = 0; index < 24; index++) {
    const selected = ((bits >>> index) & 1) === 1;
    const given = named.some((one) => one.index === index);
    if (selected !== given)
      throw invalid(`${file}: the mask ${selected ? 'names' : 'leaves out'} PCR ${index}, which has ${given ? 'values' : 'no value'}`);
  }
}

function jsonObject(file: string, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new AppError('CONFIG_INVALID', `${file} is not JSON`, { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${file} is a JSON object`);
  return value as Record<string, unknown>;
}

const invalid = (message: string): AppError => new AppError('CONFIG_INVALID', message);
