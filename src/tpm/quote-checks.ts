import { pass, refuse, type Check, type Verdict } from '../base/index.js';
import type { QuoteAttest } from './attest.js';
import { judgeExtraData, judgeSignature, judgeSigner, withAttest, type AttestEvidence } from './attest-evidence.js';
import type { AllowedPcrs } from './pcr.js';
import { signingHashOf } from './public.js';
import { describeSelections, equalSelections, matchAllowedPcrs, selectionsOf } from './pcr-policy.js';

/** A quote, and what it must say. Clock and counters are for the caller to compare (decodeAttest). */
export interface QuoteEvidence extends AttestEvidence {
  readonly allowedPcrs: AllowedPcrs;
}

export const quoteSignature: Check<QuoteEvidence> = {
  id: 'quote-signature',
  question: 'Did the attestation key sign exactly these bytes, with the scheme and hash of its public area?',
  reason: 'QUOTE_SIGNATURE_INVALID',
  remedy: 'send the quote and the signature as the TPM gave them, made with the attestation key of this session',
  healedBy: 'bob',
  comparesWith: ['TPM 2.0 Part 3, 18.4 TPM2_Quote'],
  judge: judgeSignature,
};

export const quoteMagicType: Check<QuoteEvidence> = {
  id: 'quote-magic-type',
  question: 'Are the signed bytes a quote that a TPM made, whole and with nothing added?',
  reason: 'QUOTE_MALFORMED',
  remedy: 'send the TPMS_ATTEST of TPM2_Quote, without its two length bytes',
  healedBy: 'bob',
  comparesWith: ['TPM 2.0 Part 2, 10.12.12 TPMS_ATTEST'],
  judge: (evidence) => withAttest(evidence, 'quote', () => pass),
};

export const quoteBinding: Check<QuoteEvidence> = {
  id: 'quote-binding',
  question: 'Was the quote made for this challenge and this session?',
  reason: 'QUOTE_NOT_FRESH',
  remedy: 'ask for a new challenge and quote with it: each serves once',
  healedBy: 'bob',
  comparesWith: ['the challenge of the session'],
  judge: (evidence) => withAttest(evidence, 'quote', (quote) => judgeExtraData(quote, evidence.expectedExtraData)),
};

export const quotePcrSelection: Check<QuoteEvidence> = {
  id: 'quote-pcr-selection',
  question: "Is the quote over exactly the policy's banks and registers?",
  reason: 'PCR_SELECTION_MISMATCH',
  remedy: 'quote the selection that the server names, in its order',
  healedBy: 'bob',
  comparesWith: ['pcr_policy'],
  judge: (evidence) => withAttest(evidence, 'quote', (quote) => judgeSelection(quote, evidence.allowedPcrs)),
};

export const quotePcrDigest: Check<QuoteEvidence> = {
  id: 'quote-pcr-digest',
  question: 'Has every register a value that the policy allows?',
  reason: 'PCR_VALUE_NOT_ALLOWED',
  remedy: 'the machine booted something else than was approved: approve the new values, or boot what was approved',
  healedBy: 'alice',
  comparesWith: ['pcr_policy'],
  judge: (evidence) => withAttest(evidence, 'quote', (quote) => judgeDigest(quote, evidence)),
};

export const quoteQualifiedSigner: Check<QuoteEvidence> = {
  id: 'quote-qualified-signer',
  question: 'Is the signer the attestation key under the EK of this machine or in its endorsement hierarchy?',
  reason: 'QUOTE_SIGNER_ELSEWHERE',
  remedy: 'let the client make its attestation key under the EK, or from the template that the VM has in NV',
  healedBy: 'bob',
  comparesWith: ['TPM 2.0 Part 1, 16 Names', 'the EK of the machine'],
  judge: (evidence) => withAttest(evidence, 'quote', (quote) => judgeSigner(quote, evidence)),
};

/** Everything asked of a quote. That the key is an attestation key of the right TPM is asked elsewhere (ak-checks). */
export const quoteChecks: readonly Check<QuoteEvidence>[] = [
  quoteSignature,
  quoteMagicType,
  quoteBinding,
  quotePcrSelection,
  quotePcrDigest,
  quoteQualifiedSigner,
];

function judgeSelection({ pcrSelections }: QuoteAttest, allowed: AllowedPcrs): Verdict {
  const expected = selectionsOf(allowed);
  if (expected.length === 0 || expected.some(({ indices }) => indices.length === 0))
    return refuse('the policy names no register to compare with');
  if (equalSelections(pcrSelections, expected)) return pass;
  return refuse(`the quote is over ${describeSelections(pcrSelections)}, must be over ${describeSelections(expected)}`);
}

/** The digest is by the hash of the key's signing scheme, whatever the bank (Part 3, 18.4). */
function judgeDigest({ pcrDigest }: QuoteAttest, { akPublic, allowedPcrs }: QuoteEvidence): Verdict {
  const hash = signingHashOf(akPublic);
  if (hash === undefined) return refuse('the attestation key names no signing scheme');
  const match = matchAllowedPcrs(hash, pcrDigest, allowedPcrs);
  return match.matches ? pass : refuse(match.because);
}
