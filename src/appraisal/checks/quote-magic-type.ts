import type { Check } from '../../base/index.js';
import { quoteMagicType as quoteCheck } from '../../tpm/index.js';
import type { TpmEvidence } from '../evidence.js';
import { onQuote } from '../quote-evidence.js';

/** Are the signed bytes a quote, whole and with nothing added? A restricted key signs the magic only if its TPM made the structure. */
export const quoteMagicType: Check<TpmEvidence> = onQuote(quoteCheck, ['constant:TPM_GENERATED, TPM_ST_ATTEST_QUOTE']);
