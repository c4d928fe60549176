import { type Check, pass, passIf, refuse } from '../../base/index.js';
import type { TpmEvidence } from '../evidence.js';
import { quotedBy } from '../quote-evidence.js';

/**
 * A reboot between the first quote and now would have measured anew, maybe something else: the counters must be those of the session's first
 * quote, and under same_boot those of the boot that Alice approved. `safe` false means that the clock may have gone back.
 */
export const quoteClock: Check<TpmEvidence> = {
  id: 'quote-clock',
  question: 'Is the VM still in the same boot, and in the approved one where Alice asked for that?',
  reason: 'BOOT_CHANGED',
  remedy: 'attest again in a new session; if Alice approved one boot only, ask her to approve this one',
  healedBy: 'alice',
  comparesWith: ['boot_policy', 'reset_count', 'session:first quote'],
  judge: (evidence) => {
    const { record, attestation } = evidence;
    const quote = quotedBy(evidence);
    if (quote.kind === 'unusable') return quote.verdict;
    const { safe, resetCount, restartCount } = quote.attest;
    if (!safe) return refuse('the clock of the TPM is not safe', { healedBy: 'bob' });
    const first = attestation.quote?.firstBoot;
    if (first !== undefined && (first.resetCount !== resetCount || first.restartCount !== restartCount)) {
      return refuse(`counters ${resetCount}.${restartCount}, first quote ${first.resetCount}.${first.restartCount}`, { healedBy: 'bob' });
    }
    if (record.boot_policy === 'any_boot') return pass;
    return passIf(resetCount === record.reset_count, `reset count ${resetCount}, expected ${record.reset_count ?? 'none'}`);
  },
};
