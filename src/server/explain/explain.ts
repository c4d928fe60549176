import { messageOf, notReached, type Finding } from '../../base/index.js';
import {
  historyStage,
  machineStage,
  policyPage,
  recordStage,
  runStage,
  tpmStage,
  type ApprovalFacts,
  type ChannelEvidence,
  type Stage,
  type StageName,
} from '../../appraisal/index.js';
import type { Session } from '../attestation/session.js';
import { accountOf, claimantOf, loadApproval } from '../service/admission.js';
import { attestationOf } from '../service/look.js';
import type { ServiceParts } from '../service/parts.js';
import { supposedCaller, withoutCaller } from './supposed-caller.js';
import { channelOfApproved, tpmWithoutAttestation, tryToOpen, type ExplainedSecrets } from './supposed-release.js';

/** What one stage says of an instance now. `error`: something could not be read, and its checks were not asked. */
export interface ExplainedStage {
  readonly stage: StageName;
  readonly findings: readonly Finding[];
  readonly error?: string;
}

/**
 * `refused`: a check refuses now. `undecided`: no check refuses, but not everything could be read, or the secrets do not open. `clear`: nothing that can be asked
 * without the caller stands against a release.
 */
export interface Explanation {
  readonly instanceId: string;
  readonly at: string;
  readonly outcome: 'refused' | 'undecided' | 'clear';
  readonly stages: readonly ExplainedStage[];
  readonly secrets: ExplainedSecrets;
}

type UsedParts = 'cloud' | 'policy' | 'useTpm' | 'secrets' | 'ledger' | 'machine' | 'history' | 'sessions' | 'now' | 'limits';

export interface ExplainParts extends Pick<ServiceParts, UsedParts> {
  /** Does the server ask for client certificates (--useMTLS)? */
  readonly asksForCertificate: boolean;
}

/** All behind the caller stage. */
interface Found {
  readonly stages: readonly ExplainedStage[];
  readonly secrets: ExplainedSecrets;
}

/**
 * Everything that the server would find about an instance now, by the reads and the checks of a GetToken, and whether the secrets
 * open; but nothing is counted or sent. Every stage is asked, also behind one that refuses. What only a caller can show is supposed:
 * its claims are those of the VM as Compute describes it, and it comes by the approved way.
 */
export async function explain(parts: ExplainParts, instanceId: string): Promise<Explanation> {
  const at = parts.now();
  const { secrets, stages: behind } = await behindCaller(parts, instanceId, at.getTime() / 1000);
  const stages = [unasked('caller', 'asked of a caller'), ...behind];
  const findings = stages.flatMap((stage) => stage.findings);
  const refused = findings.some(({ outcome }) => outcome === 'refused');
  const undecided = stages.some(({ error }) => error !== undefined) || secrets.outcome === 'failed';
  return { instanceId, at: at.toISOString(), outcome: refused ? 'refused' : undecided ? 'undecided' : 'clear', stages, secrets };
}

async function behindCaller(parts: ExplainParts, instanceId: string, nowSeconds: number): Promise<Found> {
  const without = (record: ExplainedStage, why: string): Found => ({
    stages: [record, ...(['channel', 'machine', 'history', 'tpm'] as const).map((stage) => unasked(stage, why))],
    secrets: { outcome: 'not-tried', detail: why },
  });
  try {
    const approval = await loadApproval(parts, undefined, instanceId);
    if (approval !== undefined) {
      const [stages, secrets] = await Promise.all([ofApproval(parts, approval, nowSeconds), tryToOpen(parts, approval.record)]);
      return { stages, secrets };
    }
    const arrival = { ...supposedCaller(parts.policy, nowSeconds, undefined, undefined), approval: undefined };
    return without({ stage: 'record', findings: runStage(recordStage, arrival).findings }, 'there is no record');
  } catch (error) {
    return without({ ...unasked('record', 'not read'), error: messageOf(error) }, 'no record was read');
  }
}

async function ofApproval(
  parts: ExplainParts,
  loaded: Omit<ApprovalFacts, 'releasesUsed'>,
  nowSeconds: number,
): Promise<readonly ExplainedStage[]> {
  const { record } = loaded;
  const [machine, history] = [parts.machine.read(record), parts.history.read(record)];
  history.catch(() => undefined);
  const instance = await machine.then((read) => (read.instance.kind === 'found' ? read.instance.value : undefined)).catch(() => undefined);
  const session = await parts.sessions.findCurrent(record.instanceid);
  const approval = { ...loaded, releasesUsed: await releasesUsed(parts, loaded, session) };
  const caller = supposedCaller(parts.policy, nowSeconds, record, instance);
  const evidence: ChannelEvidence = { ...caller, ...approval, peer: { address: record.peer_address, certificate: undefined } };
  const wait = { openedAtSeconds: session?.openedAtSeconds ?? nowSeconds, settleRequired: session !== undefined };
  return [
    await told(instance === undefined ? withoutCaller : recordStage, () => Promise.resolve({ ...caller, approval })),
    { stage: 'channel', findings: channelOfApproved(evidence, parts.asksForCertificate) },
    await told(machineStage, async () => ({ ...evidence, machine: await machine })),
    await told(historyStage, async () => ({ ...evidence, ...wait, history: await history })),
    await ofTpm(parts, evidence, session),
  ];
}

async function ofTpm(parts: ExplainParts, evidence: ChannelEvidence, session: Session | undefined): Promise<ExplainedStage> {
  const { record } = evidence;
  if (session?.quote !== undefined)
    return await told(tpmStage, async () => ({
      ...evidence,
      attestation: attestationOf(session),
      shieldedIdentity: await parts.machine.shieldedIdentity(record),
    }));
  if (!parts.useTpm && record.release_policy !== 'identity') return { stage: 'tpm', findings: tpmWithoutAttestation(evidence) };
  return unasked('tpm', 'asked of an attested session; there is none of this VM in the session store');
}

async function releasesUsed(
  { ledger }: ExplainParts,
  { record }: Omit<ApprovalFacts, 'releasesUsed'>,
  session: Session | undefined,
): Promise<number> {
  if (record.max_releases === 'unlimited') return 0;
  return await ledger.usedByOthers(accountOf(record), session === undefined ? undefined : claimantOf(session));
}

async function told<A, E>(stage: Stage<A, E>, gather: () => Promise<A>): Promise<ExplainedStage> {
  try {
    return { stage: stage.name, findings: runStage(stage, await gather()).findings };
  } catch (error) {
    return { ...unasked(stage.name, 'not read'), error: messageOf(error) };
  }
}

function unasked(stage: StageName, detail: string): ExplainedStage {
  const checks = policyPage.find(({ name }) => name === stage)?.checks ?? [];
  return { stage, findings: notReached(checks).map((finding) => ({ ...finding, detail })) };
}
