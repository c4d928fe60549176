import { type Check, pass, type Verdict } from '../../base/index.js';
import { encodeSignature, type PublicArea, quoteSignature as quoteCheck, type QuoteEvidence } from '../../tpm/index.js';
import type { TpmEvidence } from '../evidence.js';
import { onQuote } from '../quote-evidence.js';

/**
 * By attestation key: the signature and the attestation that it was found to have signed last. A session's quote is judged at each of
 * its releases. A signature says its own length, so one such text is of one pair.
 */
const lastVerified = new WeakMap<PublicArea, Buffer>();

function judge(evidence: QuoteEvidence): Verdict {
  const { akPublic, attestation, signature } = evidence;
  const pair = Buffer.concat([encodeSignature(signature), attestation]);
  if (lastVerified.get(akPublic)?.equals(pair) === true) return pass;
  const verdict = quoteCheck.judge(evidence);
  if (verdict.kind === 'pass') lastVerified.set(akPublic, pair);
  return verdict;
}

/** Did the attestation key of this session sign exactly these bytes, with the scheme and hash of its public area? */
export const quoteSignature: Check<TpmEvidence> = onQuote({ ...quoteCheck, judge }, [
  'session:attestation key',
  'constant:TPM 2.0 Part 3, 18.4 TPM2_Quote',
]);
