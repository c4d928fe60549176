import type { Check } from '../../base/index.js';
import { quoteQualifiedSigner as quoteCheck } from '../../tpm/index.js';
import type { TpmEvidence } from '../evidence.js';
import { onQuote } from '../quote-evidence.js';

/** Does the key that signed stand under the approved EK, or in the endorsement hierarchy of its TPM? The TPM signs its own answer to this. */
export const quoteQualifiedSigner: Check<TpmEvidence> = onQuote(quoteCheck, ['ek_encryption_key']);
