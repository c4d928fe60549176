import type { Check } from '../../base/index.js';
import { quoteBinding as quoteCheck } from '../../tpm/index.js';
import type { TpmEvidence } from '../evidence.js';
import { onQuote } from '../quote-evidence.js';

/** Does extraData bind the challenge, the release key and the channel of this session? The server recomputes it and receives nothing of it. */
export const quoteBinding: Check<TpmEvidence> = onQuote(quoteCheck, ['session:challenge']);
