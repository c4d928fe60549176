import type { Check } from '../../base/index.js';
import { quotePcrDigest as quoteCheck } from '../../tpm/index.js';
import type { TpmEvidence } from '../evidence.js';
import { onQuote } from '../quote-evidence.js';

/** Has every register one of the values that the record allows, and, where the flags name values, one of those too? */
export const quotePcrDigest: Check<TpmEvidence> = onQuote(quoteCheck, ['pcr_policy', 'flag:expectedPCRValue']);
