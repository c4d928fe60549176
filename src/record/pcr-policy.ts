import { z } from 'zod';

/** Hex characters of one digest, by bank. */
export const pcrDigestHexLength = { sha1: 40, sha256: 64, sha384: 96 } as const;

export type PolicyBank = keyof typeof pcrDigestHexLength;

/** The most combinations of allowed values that a quote may be compared with; a policy beyond it is refused at approval. */
const maxPcrCombinations = 4096;

const bank = (name: PolicyBank): z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodArray<z.ZodString>>> =>
  z
    .record(
      z.string().regex(/^(?:[0-9]|1[0-9]|2[0-3])$/),
      z
        .array(z.string().regex(new RegExp(`^[0-9a-f]{${pcrDigestHexLength[name]}}$`)))
        .min(1)
        .max(64),
    )
    .optional();

/** Allowed values per bank and PCR index: `{ "sha256": { "0": ["24af..", "d0c7.."] } }`, lower-case hex. */
export const pcrPolicySchema = z
  .strictObject({ sha1: bank('sha1'), sha256: bank('sha256'), sha384: bank('sha384') })
  .refine((policy) => Object.values(policy).some((indices) => indices !== undefined && Object.keys(indices).length > 0), 'names no PCR')
  .refine((policy) => combinationsOf(policy) <= maxPcrCombinations, `allows more than ${maxPcrCombinations} combinations of values`);

export type PcrPolicy = z.infer<typeof pcrPolicySchema>;

function combinationsOf(policy: Readonly<Partial<Record<PolicyBank, Readonly<Record<string, readonly string[]>> | undefined>>>): number {
  let product = 1;
  for (const indices of Object.values(policy)) for (const values of Object.values(indices ?? {})) product *= values.length;
  return product;
}
