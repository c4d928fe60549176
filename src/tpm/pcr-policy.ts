import { equalConstantTime } from '../base/index.js';
import { decodeAttest, type QuoteAttest } from './attest.js';
import { hashNames, hashSize, type HashName } from './hash.js';
import { pcrDigest, type AllowedPcrs, type PcrBank, type PcrSelection } from './pcr.js';

/** Most combinations of allowed values that are tried before a policy is called too wide. */
export const maxPcrCombinations = 4096;

/** The selection that a quote under this policy must have: banks by ascending algorithm id, registers ascending. */
export const selectionsOf = (allowed: AllowedPcrs): readonly PcrSelection[] =>
  hashNames.flatMap((bank) => {
    const registers = allowed.get(bank);
    return registers === undefined ? [] : [{ bank, indices: [...registers.keys()].sort((a, b) => a - b) }];
  });

/** Do both name the same banks, in the same order, with the same registers? A bank named twice never equals one named once. */
export const equalSelections = (a: readonly PcrSelection[], b: readonly PcrSelection[]): boolean =>
  a.length === b.length && a.every((selection, i) => equalSelection(selection, b[i]));

const equalSelection = (a: PcrSelection, b: PcrSelection | undefined): boolean =>
  a.bank === b?.bank && a.indices.length === b.indices.length && a.indices.every((index, i) => index === b.indices[i]);

/** `sha256:0,4,7`; banks joined by `+`; `none` for no bank. */
export const describeSelections = (selections: readonly PcrSelection[]): string =>
  selections.length === 0 ? 'none' : selections.map(({ bank, indices }) => `${bank}:${indices.join(',')}`).join('+');

/** What a policy says of a digest. */
export type PcrMatch = { readonly matches: true } | { readonly matches: false; readonly because: string };

/**
 * Is this the digest of one combination of the allowed values? Every combination is tried, at most 4096: a quote tells the
 * digest of all registers together, not which one is wrong.
 */
export function matchAllowedPcrs(hash: HashName, digest: Uint8Array, allowed: AllowedPcrs): PcrMatch {
  const registers = registersOf(allowed);
  for (const { bank, index, values } of registers) {
    if (values.length === 0) return differs(`the policy allows no value for ${bank}:${index}`);
    if (values.some((value) => value.length !== hashSize(bank))) return differs(`a policy value of ${bank}:${index} does not fit its bank`);
  }
  const choices = registers.map(({ values }) => values);
  if (choices.length === 0) return differs('the policy names no register');
  const total = choices.reduce((product, values) => product * values.length, 1);
  if (total > maxPcrCombinations) return differs(`the policy allows ${total} combinations, over the limit of ${maxPcrCombinations}`);
  for (let n = 0; n < total; n++) {
    if (equalConstantTime(pcrDigest(hash, combination(choices, n)), digest)) return { matches: true };
  }
  return differs(`none of ${total} allowed combinations has the digest ${Buffer.from(digest).toString('hex')}`);
}

/**
 * Are these the values that the TPM quoted? Recomputes claimed values against the attested digest, whose hash is told by its
 * size. For diagnosis and for learning values: false unless the bytes are a quote over exactly `selection` and there is one
 * value of the right size for each register and none else. It does not check the signature.
 */
export function verifiedPcrValues(attestation: Uint8Array, selection: PcrSelection, values: ReadonlyMap<number, Uint8Array>): boolean {
  const quote = quoteOf(attestation);
  const hash = hashNames.find((name) => hashSize(name) === quote?.pcrDigest.length);
  if (quote === undefined || hash === undefined) return false;
  const [signed] = quote.pcrSelections;
  const wanted = { bank: selection.bank, indices: [...selection.indices].sort((a, b) => a - b) };
  if (signed === undefined || signed.indices.length !== values.size || !equalSelections(quote.pcrSelections, [wanted])) return false;
  const ordered = signed.indices.map((index) => values.get(index) ?? Buffer.alloc(0));
  if (ordered.some((value) => value.length !== hashSize(signed.bank))) return false;
  return equalConstantTime(pcrDigest(hash, ordered), quote.pcrDigest);
}

interface Register {
  readonly bank: PcrBank;
  readonly index: number;
  readonly values: readonly Buffer[];
}

/** The registers of a policy in selection order. */
function registersOf(allowed: AllowedPcrs): readonly Register[] {
  const registers: Register[] = [];
  for (const bank of hashNames) {
    const values = [...(allowed.get(bank) ?? [])].sort(([a], [b]) => a - b);
    for (const [index, choices] of values) registers.push({ bank, index, values: choices });
  }
  return registers;
}

const differs = (because: string): PcrMatch => ({ matches: false, because });

/** The n-th way to take one value of each list, in order: n written with one digit for each list. */
function combination(choices: readonly (readonly Buffer[])[], n: number): readonly Buffer[] {
  let rest = n;
  return choices.flatMap((values) => {
    const choice = rest % values.length;
    rest = Math.floor(rest / values.length);
    return values.slice(choice, choice + 1);
  });
}

function quoteOf(attestation: Uint8Array): QuoteAttest | undefined {
  try {
    const attest = decodeAttest(attestation);
    return attest.type === 'quote' ? attest : undefined;
  } catch {
    return undefined;
  }
}
