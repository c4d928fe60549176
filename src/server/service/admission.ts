import { AppError } from '../../base/index.js';
import {
  callerStage,
  channelStage,
  recordStage,
  type ApprovalFacts,
  type CallerEvidence,
  type ChannelEvidence,
  type Purpose,
} from '../../appraisal/index.js';
import type { PendingCaller } from '../../gcp/index.js';
import type { Session } from '../attestation/session.js';
import type { SessionUser } from '../attestation/steps.js';
import { readBearer } from '../evidence/bearer.js';
import { usedByOthers, type Account, type Foreseen, type Standing } from '../evidence/release-ledger.js';
import { started } from './look.js';
import type { ServiceParts } from './parts.js';
import type { ServiceCall } from './reply.js';

/** What the first three stages let through, and the session that the caller named. */
export interface Admitted {
  readonly evidence: ChannelEvidence;
  readonly user: SessionUser;
  /** As found: in whatever state, and not yet compared with its user. */
  readonly session: Session | undefined;
  /** What is counted of the approval, for a release. Perhaps still on its way. */
  readonly standing: Promise<Standing> | undefined;
}

/**
 * The stages that every call goes through: caller, record, channel. They read one record (and for a release the count of
 * releases) and make no call to Compute or Logging, because any VM in the world can get a token for our audience.
 * @param sessionId as the caller sent it; empty for none.
 * @returns undefined when a stage refused.
 */
export async function admit(
  parts: ServiceParts,
  call: ServiceCall,
  purpose: Purpose,
  sessionId: Uint8Array,
): Promise<Admitted | undefined> {
  const { appraisal, peer } = call;
  const nowSeconds = parts.now().getTime() / 1000;
  const token = await readBearer(parts.cloud.tokens, call.authorization);
  const caller = appraisal.judge(callerStage, { purpose, nowSeconds, server: parts.policy, token });
  if (caller === undefined) return undefined;
  const { instanceId } = caller.caller;
  appraisal.identify(instanceId);
  parts.limits.admitInstance(instanceId);

  const foreseen = purpose === 'release' ? parts.ledger.foresee(instanceId) : undefined;
  const [found, session] = await Promise.all([loadApproval(parts, call.signal, instanceId), parts.sessions.find(sessionId, instanceId)]);
  const standing = found === undefined ? undefined : standingOf(parts, caller, found, session, foreseen);
  // Only a release of which there is a limited number waits for the count already here.
  const releasesUsed = standing === undefined || found?.record.max_releases === 'unlimited' ? 0 : usedByOthers(await standing);
  const approval = found === undefined ? undefined : { ...found, releasesUsed };
  if (found === undefined) parts.pending.note(pendingCallerOf(caller, peer.address));
  const record = appraisal.judge(recordStage, { ...caller, approval });
  const evidence = record === undefined ? undefined : appraisal.judge(channelStage, { ...record, peer });
  if (evidence === undefined) return undefined;
  parts.limits.noteAdmitted(instanceId, peer);
  return { evidence, session, standing, user: { instanceId, certificateSha256: peer.certificate?.sha256Hex, nowSeconds } };
}

const pendingCallerOf = ({ caller, claims }: CallerEvidence, peerAddress: string): PendingCaller => ({
  instanceId: caller.instanceId,
  project: caller.projectId,
  zone: caller.zone,
  instanceName: caller.instanceName,
  serviceAccount: claims.email ?? '',
  peerAddress,
});

type Loaded = Omit<ApprovalFacts, 'releasesUsed'>;

/**
 * The record of an instance, and whether it was revoked. Undefined where there is none; that is counted.
 * @throws AppError CLOUD_PERMISSION_MISSING, CLOUD_UNAVAILABLE, RECORD_MALFORMED
 */
export async function loadApproval(
  { cloud, limits }: Pick<ServiceParts, 'cloud' | 'limits'>,
  signal: AbortSignal | undefined,
  instanceId: string,
): Promise<Loaded | undefined> {
  const lookup = await cloud.records.load(instanceId, signal);
  switch (lookup.kind) {
    case 'found': {
      const { record, revocation } = lookup.value;
      if (revocation === undefined) return { record, revoked: undefined };
      return { record, revoked: { why: revocation.why, atSeconds: revocation.at.getTime() / 1000 } };
    }
    case 'absent':
      limits.noteUnknown(instanceId);
      return undefined;
    case 'forbidden':
      throw new AppError('CLOUD_PERMISSION_MISSING', `this server may not read its own records: grant it ${lookup.permission}`);
  }
}

function standingOf(
  { ledger }: ServiceParts,
  { purpose }: CallerEvidence,
  { record }: Loaded,
  session: Session | undefined,
  foreseen: Foreseen | undefined,
): Promise<Standing> | undefined {
  const account = accountOf(record);
  if (purpose === 'attestation') {
    ledger.expect(account);
    return undefined;
  }
  const own = session?.instanceId === record.instanceid ? claimantOf(session) : undefined;
  return started(ledger.standing(account, own, foreseen));
}

/** Which approval a release of this record counts under. */
export const accountOf = (record: ApprovalFacts['record']): Account => ({
  instanceId: record.instanceid,
  approvalDigest: record.approval_digest,
});

/** For whom a release of this session is counted. */
export const claimantOf = (session: Session): { sessionId: Buffer; releaseKey: Buffer; openedAtSeconds: number } => ({
  sessionId: session.id,
  releaseKey: session.releaseKey ?? Buffer.alloc(0),
  openedAtSeconds: session.openedAtSeconds,
});
