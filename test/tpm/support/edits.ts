import {
  akRsaTemplate,
  decodePublic,
  decodeSignature,
  type AllowedPcrs,
  type PublicArea,
  type QuoteEvidence,
} from '../../../src/tpm/index.js';
import { b64, unhex, vectors, type KeysFile, type PcrValueVector, type QuotesFile, type QuoteVector } from './vectors.js';

/** One step of negative.json: offset < 0 counts from the end, `set` overwrites, `xor` changes one byte. */
export interface Edit {
  readonly field: string;
  readonly op: string;
  readonly offset?: number;
  readonly value?: string;
  readonly length?: number;
}

export interface NegativeFile {
  readonly expected: { readonly ak: string; readonly nonce_b64: string; readonly pcr_values: readonly PcrValueVector[] };
  readonly edits: readonly {
    readonly name: string;
    readonly base: string;
    readonly edit: readonly Edit[] | string;
    readonly must_fail_because: string;
  }[];
  readonly signed_by_software_key: {
    readonly software_key_tpmt_public_b64: string;
    readonly private_key_pkcs8_pem: string;
    readonly cases: readonly {
      readonly name: string;
      readonly attest_b64: string;
      readonly signature_tpmt_b64: string;
      readonly expect: string;
    }[];
  };
  readonly public_areas: readonly { readonly name: string; readonly tpmt_public_b64: string; readonly expect: string }[];
}

export const negative = vectors<NegativeFile>('negative');
const { keys } = vectors<KeysFile>('keys');
const { cases: quotes } = vectors<QuotesFile>('quotes');

export const quoteNamed = (name: string): QuoteVector => quotes.find((quote) => quote.name === name)!;

export const keyNamed = (name: string): PublicArea => decodePublic(b64(keys[name]!.tpmt_public_b64));

/** A policy with one value for each register. */
export function allowedFrom(values: readonly PcrValueVector[]): AllowedPcrs {
  const banks = new Map<PcrValueVector['bank'], Map<number, Buffer[]>>();
  for (const { bank, pcr, value_hex } of values) {
    const registers = banks.get(bank) ?? new Map<number, Buffer[]>();
    registers.set(pcr, [unhex(value_hex)]);
    banks.set(bank, registers);
  }
  return banks;
}

/** The evidence of a recorded quote, with a policy that its values satisfy. */
export const evidenceOf = (quote: QuoteVector): QuoteEvidence => ({
  akPublic: decodePublic(b64(quote.ak_tpmt_public_b64)),
  attestation: b64(quote.attest_b64),
  signature: decodeSignature(b64(quote.signature_tpmt_b64)),
  expectedExtraData: b64(quote.nonce_b64),
  allowedPcrs: allowedFrom(quote.pcr_values),
});

/** Applies one edit to bytes. */
export function applyEdit(bytes: Buffer, { op, offset = 0, value = '', length = 0 }: Edit): Buffer {
  const edited = Buffer.from(bytes);
  const start = offset < 0 ? bytes.length + offset : offset;
  const patch = unhex(value);
  switch (op) {
    case 'set':
      patch.copy(edited, start);
      return edited;
    case 'xor':
      edited.writeUInt8(edited.readUInt8(start) ^ patch.readUInt8(), start);
      return edited;
    case 'truncate':
      return edited.subarray(0, length);
    case 'append':
      return Buffer.concat([edited, patch]);
    default:
      throw new Error(`unknown edit ${op}`);
  }
}

/** An RSA attestation key with the modulus of ak_rsa. */
export const goodAk = { ...akRsaTemplate, ...keyNamed('ak_rsa') } as typeof akRsaTemplate;

/** The policy of the quote pcr047_rsassa, with other values (hexadecimal) for some registers. */
export function allow(change: Readonly<Record<number, readonly string[]>>): AllowedPcrs {
  const registers = new Map(
    quoteNamed('pcr047_rsassa').pcr_values.map(({ pcr, value_hex }): [number, readonly string[]] => [pcr, [value_hex]]),
  );
  for (const [index, values] of Object.entries(change)) registers.set(Number(index), values);
  return new Map([['sha256', new Map([...registers].map(([index, values]) => [index, values.map((value) => unhex(value))]))]]);
}
