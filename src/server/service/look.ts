import { historyStage, machineStage, tpmStage, type AttestationFacts, type ChannelEvidence } from '../../appraisal/index.js';
import type { Session } from '../attestation/session.js';
import type { ServiceParts } from './parts.js';
import type { ServiceCall } from './reply.js';

/**
 * Looks at the VM from outside: stages machine and history. Both are read at the same time; machine is judged first.
 * @returns false when a stage refused.
 */
export async function judgeMachineAndHistory(
  parts: ServiceParts,
  { appraisal }: ServiceCall,
  evidence: ChannelEvidence,
  wait: { readonly openedAtSeconds: number; readonly settleRequired: boolean },
): Promise<boolean> {
  const [machine, history] = startTogether(parts.machine.read(evidence.record), parts.history.read(evidence.record));
  if (appraisal.judge(machineStage, { ...evidence, machine: await machine }) === undefined) return false;
  return appraisal.judge(historyStage, { ...evidence, ...wait, history: await history }) !== undefined;
}

/** Judges what a session proved with its TPM, against the record and against what Google knows of the VM now. */
export async function judgeTpm(
  parts: ServiceParts,
  { appraisal }: ServiceCall,
  evidence: ChannelEvidence,
  attestation: AttestationFacts,
): Promise<boolean> {
  const shieldedIdentity = await parts.machine.shieldedIdentity(evidence.record);
  return appraisal.judge(tpmStage, { ...evidence, attestation, shieldedIdentity }) !== undefined;
}

/** What an attested session stands for. */
export const attestationOf = (session: Session): AttestationFacts => ({
  ekPublic: session.ekPublic,
  akPublic: session.akPublic,
  credentialActivated: session.quote !== undefined,
  quote: session.quote === undefined ? undefined : { ...session.quote, firstBoot: session.firstBoot },
  signingKeyCertified: session.signingKey !== undefined,
});

/** Two promises that run at once. The second may fail while only the first is waited for: its error waits too. */
function startTogether<A, B>(first: Promise<A>, second: Promise<B>): readonly [Promise<A>, Promise<B>] {
  second.catch(() => undefined);
  return [first, second];
}
