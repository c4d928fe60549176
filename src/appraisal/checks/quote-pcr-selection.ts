import type { Check } from '../../base/index.js';
import { quotePcrSelection as quoteCheck } from '../../tpm/index.js';
import type { TpmEvidence } from '../evidence.js';
import { onQuote } from '../quote-evidence.js';

/** Is the quote over exactly the banks and registers that the record and the flags name? Without any there is nothing to trust, and it refuses. */
export const quotePcrSelection: Check<TpmEvidence> = onQuote(quoteCheck, ['pcr_policy', 'flag:pcr']);
