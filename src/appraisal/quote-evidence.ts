import { isAppError, messageOf, refuse, skip, type Check, type Verdict } from '../base/index.js';
import {
  bareRsaSignature,
  decodeAttest,
  decodeSignature,
  type AllowedPcrs,
  type PublicArea,
  type QuoteAttest,
  type QuoteEvidence,
  type TpmSignature,
} from '../tpm/index.js';
import { allowedPcrs } from './allowed-pcrs.js';
import type { QuoteFacts, TpmEvidence } from './evidence.js';
import { decodedPublic, ekOfPem } from './tpm-keys.js';

type UsableQuote = { readonly kind: 'quote'; readonly value: QuoteEvidence } | Unusable;

type Unusable = { readonly kind: 'unusable'; readonly verdict: Verdict };

/** Adapts a check of quotes to the evidence of the tpm stage. `comparesWith` names where this stage takes its values from. */
export const onQuote = (check: Check<QuoteEvidence>, comparesWith: readonly string[]): Check<TpmEvidence> => ({
  ...check,
  comparesWith,
  judge: (evidence) => {
    const { allowed, quote } = preparedOnce(evidence);
    const comparesPcrs = comparesWith.includes('pcr_policy');
    if (comparesPcrs && allowed === undefined && evidence.record.release_policy === 'observe') {
      return skip('the record observes: values are collected, none is required, and nothing is released');
    }
    return quote.kind === 'unusable' ? quote.verdict : check.judge(quote.value);
  },
});

/** What the quote of the session says, decoded; or the refusal that says why it says nothing. It does not verify the signature. */
export function quotedBy({ attestation }: TpmEvidence): { readonly kind: 'quote'; readonly attest: QuoteAttest } | Unusable {
  if (attestation.quote === undefined) return noQuote;
  try {
    const attest = decodeAttest(attestation.quote.attestation);
    return attest.type === 'quote' ? { kind: 'quote', attest } : unusable(`the attestation is a ${attest.type}, must be a quote`);
  } catch (error) {
    return malformed(error);
  }
}

interface Prepared {
  /** Undefined when neither record nor flags name a register. */
  readonly allowed: AllowedPcrs | undefined;
  readonly quote: UsableQuote;
}

/** By the evidence of one judgement: its checks share one object, so that the quote is decoded once (src/tpm keeps that by object). */
const prepared = new WeakMap<TpmEvidence, Prepared>();

function preparedOnce(evidence: TpmEvidence): Prepared {
  const known = prepared.get(evidence);
  if (known !== undefined) return known;
  const allowed = allowedPcrs(evidence.record, evidence.server.requiredPcrs);
  const made = { allowed, quote: quoteEvidence(evidence, allowed ?? new Map()) };
  prepared.set(evidence, made);
  return made;
}

function quoteEvidence({ attestation, record }: TpmEvidence, allowed: AllowedPcrs): UsableQuote {
  if (attestation.quote === undefined) return noQuote;
  const ak = decodedPublic(attestation.akPublic);
  if (ak.kind === 'malformed') return unusable(ak.problem);
  try {
    const value = {
      akPublic: ak.area,
      attestation: Buffer.from(attestation.quote.attestation),
      signature: signatureOf(ak.area, attestation.quote),
      expectedExtraData: Buffer.from(attestation.quote.expectedExtraData),
      allowedPcrs: allowed,
      // Alice's, never the caller's: the signer must stand under the EK that she approved.
      ekPublic: ekOfPem(record.ek_encryption_key),
    };
    return { kind: 'quote', value };
  } catch (error) {
    return malformed(error);
  }
}

const signatureOf = (ak: PublicArea, quote: QuoteFacts): TpmSignature =>
  quote.bareRsa ? bareRsaSignature(ak, quote.signature) : decodeSignature(quote.signature);

const unusable = (detail: string): Unusable => ({ kind: 'unusable', verdict: refuse(detail) });

const noQuote: Unusable = { kind: 'unusable', verdict: refuse('the session holds no quote', { reason: 'QUOTE_MISSING', healedBy: 'bob' }) };

/** Bytes that do not decode and an EK that is no key are refusals; any other error is our bug and goes up. */
function malformed(error: unknown): Unusable {
  if (isAppError(error, 'BYTES_MALFORMED', 'CRYPTO_FAILED')) return unusable(messageOf(error));
  throw error;
}
