import { AppError } from '../../base/index.js';
import type { Session } from '../attestation/session.js';
import type { Admitted } from './admission.js';
import type { ServiceParts } from './parts.js';

/** @throws AppError STEP_OUT_OF_ORDER on a server that was started with --useTPM=false. */
export function requireTpm({ useTpm }: ServiceParts): void {
  if (!useTpm) throw new AppError('STEP_OUT_OF_ORDER', 'this server does not attest (--useTPM=false)');
}

/**
 * The session that a Verifier call means: the one with the id that it carries. A client of the reference carries none; for
 * it, and under policy identity only, the newest session of its instance that has no release key.
 */
export async function namedSession({ sessions }: ServiceParts, { evidence, session, user }: Admitted): Promise<Session | undefined> {
  if (session !== undefined || evidence.record.release_policy !== 'identity') return session;
  return await sessions.findReference(user.instanceId);
}
