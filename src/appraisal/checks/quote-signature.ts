import type { Check } from '../../base/index.js';
import { quoteSignature as quoteCheck } from '../../tpm/index.js';
import type { TpmEvidence } from '../evidence.js';
import { onQuote } from '../quote-evidence.js';

/** Did the attestation key of this session sign exactly these bytes, with the scheme and hash of its public area? */
export const quoteSignature: Check<TpmEvidence> = onQuote(quoteCheck, [
  'session:attestation key',
  'constant:TPM 2.0 Part 3, 18.4 TPM2_Quote',
]);
