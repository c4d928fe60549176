import { historyStage, machineStage, type AttestationFacts, type ChannelEvidence } from '../../appraisal/index.js';
import type { Session } from '../attestation/session.js';
import type { ServiceParts } from './parts.js';
import type { ServiceCall } from './reply.js';

/**
 * Looks at the VM from outside: stages machine and history. Both are read at the same time, and beside whatever the caller
 * started before; machine is judged first.
 * @returns false when a stage refused.
 */
export async function judgeMachineAndHistory(
  parts: ServiceParts,
  { appraisal }: ServiceCall,
  evidence: ChannelEvidence,
  wait: { readonly openedAtSeconds: number; readonly settleRequired: boolean },
): Promise<boolean> {
  const machine = started(parts.machine.read(evidence.record));
  const history = started(parts.history.read(evidence.record));
  if (appraisal.judge(machineStage, { ...evidence, machine: await machine }) === undefined) return false;
  return appraisal.judge(historyStage, { ...evidence, ...wait, history: await history }) !== undefined;
}

/** What an attested session stands for. */
export const attestationOf = (session: Session): AttestationFacts => ({
  ekPublic: session.ekPublic,
  akPublic: session.akPublic,
  credentialActivated: session.quote !== undefined,
  quote: session.quote === undefined ? undefined : { ...session.quote, firstBoot: session.firstBoot },
  signingKeyCertified: session.signingKey !== undefined,
});

/** A promise that runs while another one is waited for: if it fails meanwhile, its error waits too. */
export function started<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
