import type { PcrSelection } from '../tpm/index.js';
import { policyPcr, startPolicySession } from './commands/session.js';
import { thenFlush } from './flush.js';
import { passwordAuth, policyAuth, type Authorization } from './packet.js';
import { failedWith, Rc } from './return-code.js';
import type { Tpm } from './tpm.js';

/** How often a use is tried while registers are extended by others between policy and use. */
const maxAttempts = 3;

/**
 * Uses an object that asks for registers (a TPM2_PolicyPCR session, flushed afterwards) or, without `pcrs`, for the empty
 * password. Tries again when any register was extended between the policy and the use (Rc.pcrChanged).
 */
export async function withObjectAuthorization<T>(
  tpm: Tpm,
  pcrs: PcrSelection | undefined,
  use: (auth: Authorization) => Promise<T>,
): Promise<T> {
  if (pcrs === undefined) return use(passwordAuth());
  for (let attempt = 1; ; attempt++) {
    const session = await startPolicySession(tpm);
    try {
      return await thenFlush(tpm, session, async () => {
        await policyPcr(tpm, session, [pcrs]);
        return use(policyAuth(session));
      });
    } catch (error) {
      if (attempt === maxAttempts || !failedWith(error, Rc.pcrChanged)) throw error;
    }
  }
}
