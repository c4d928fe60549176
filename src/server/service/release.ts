import { randomUUID } from 'node:crypto';
import { AppError } from '../../base/index.js';
import { absent, type Lookup, type ShieldedIdentity } from '../../facts/index.js';
import { tpmStage, type ChannelEvidence } from '../../appraisal/index.js';
import { sealRelease, type ReleasedSecret, type TokenRequest__Output, type TokenResponse } from '../../wire/index.js';
import { requireStep, settleSecondsLeft } from '../attestation/steps.js';
import type { Session } from '../attestation/session.js';
import { accountOf, admit, claimantOf, type Admitted } from './admission.js';
import { attestationOf, judgeMachineAndHistory, started } from './look.js';
import type { ServiceParts } from './parts.js';
import { refused, released, type Reply, type ServiceCall } from './reply.js';

/** TokenService.GetToken: all stages, then the count, then the secrets. */
export const getToken =
  (parts: ServiceParts) =>
  async (call: ServiceCall, request: TokenRequest__Output): Promise<Reply<TokenResponse>> => {
    const admitted = await admit(parts, call, 'release', request.sessionId);
    if (admitted === undefined) return refused;
    const { evidence, user } = admitted;
    const basis = await basisOf(parts, call, admitted, request.sessionId.length > 0);
    if (basis === undefined) return refused;
    const { settleSeconds } = parts.policy;
    const secondsLeft = settleSecondsLeft(basis.openedAtSeconds, settleSeconds, user.nowSeconds);
    if (secondsLeft > 0) return { kind: 'settling', secondsLeft };

    // Read while the VM and its history are: no earlier stage decides about it.
    const shieldedIdentity = basis.session === undefined ? undefined : started(parts.machine.shieldedIdentity(evidence.record));
    const wait = { openedAtSeconds: basis.openedAtSeconds, settleRequired: true };
    if (!(await judgeMachineAndHistory(parts, call, evidence, wait))) return refused;
    if (!(await judgeProof(call, evidence, basis.session, shieldedIdentity))) return refused;
    return released(await makeAnswer(parts, call, admitted, basis.session, request));
  };

interface Basis {
  /** Undefined: a release under policy identity to a caller that names no session. */
  readonly session: Session | undefined;
  readonly openedAtSeconds: number;
}

/**
 * On what does this release stand: an attested session, or (policy identity only) the identity alone?
 * Without a session, the wait for late audit entries begins with the first call.
 * @returns undefined when the record wants attestation and the caller names no session.
 * @throws AppError STEP_OUT_OF_ORDER for a session that is not attested, over, or somebody else's.
 */
async function basisOf(
  parts: ServiceParts,
  { appraisal }: ServiceCall,
  admitted: Admitted,
  namesSession: boolean,
): Promise<Basis | undefined> {
  const { evidence, user } = admitted;
  const { record } = evidence;
  if (namesSession) {
    const session = requireStep('GetToken', admitted.session, user);
    if (session.releaseKey === undefined && record.release_policy !== 'identity') {
      throw new AppError('STEP_OUT_OF_ORDER', 'GetToken: the session has no release key to seal to');
    }
    return { session, openedAtSeconds: session.openedAtSeconds };
  }
  if (record.release_policy !== 'identity') {
    appraisal.judge(tpmStage, { ...evidence, attestation: undefined, shieldedIdentity: absent });
    return undefined;
  }
  const life = parts.sessionLifeSeconds;
  const began = await parts.sessions.beginSettling(record.instanceid, record.approval_digest, user.nowSeconds, life);
  return { session: undefined, openedAtSeconds: began };
}

/** Judges what the session proved with its TPM, against the record and what Google knows of the VM now. */
async function judgeProof(
  { appraisal }: ServiceCall,
  evidence: ChannelEvidence,
  session: Session | undefined,
  shieldedIdentity: Promise<Lookup<ShieldedIdentity>> | undefined,
): Promise<boolean> {
  if (session === undefined || shieldedIdentity === undefined) {
    appraisal.skipTpm(evidence.record);
    return true;
  }
  const arrival = { ...evidence, attestation: attestationOf(session), shieldedIdentity: await shieldedIdentity };
  return appraisal.judge(tpmStage, arrival) !== undefined;
}

/**
 * Counts before anything leaves: a crash after the count costs nothing, because the same session gets its number again.
 * @throws AppError CANCELLED, uncounted, when nobody waits for the answer any more.
 */
async function makeAnswer(
  parts: ServiceParts,
  call: ServiceCall,
  { evidence, user, standing }: Admitted,
  session: Session | undefined,
  { requestId }: TokenRequest__Output,
): Promise<TokenResponse> {
  const { record } = evidence;
  const secrets = await parts.secrets.open(record);
  const claimant = session === undefined ? nobody : claimantOf(session);
  const counted = await standing;
  if (call.signal.aborted) {
    for (const { data } of secrets) data.dispose();
    throw new AppError('CANCELLED', 'nobody waits for this release: it is not counted');
  }
  await parts.ledger.count(accountOf(record), claimant, record.max_releases, user.nowSeconds, counted);
  const head = { responseID: randomUUID(), inResponseTo: requestId, pcr: record.pcr };
  if (session?.releaseKey === undefined) return { ...head, secrets: secrets.map(plain) };
  const { id: sessionId, releaseKey } = session;
  const sealedSecrets = sealRelease({
    secrets,
    payloadCommand: record.payload_command ?? [],
    releaseKey,
    decisionId: call.decisionId,
    instanceId: record.instanceid,
    sessionId,
  });
  for (const { data } of secrets) data.dispose();
  return { ...head, sealedSecrets };
}

const nobody = { sessionId: Buffer.alloc(0), releaseKey: Buffer.alloc(0), openedAtSeconds: 0 };

/** Policy identity with a client of the reference: the channel alone protects the secrets, as Alice chose. */
const plain = ({ name, type, data }: ReleasedSecret): { name: string; type: ReleasedSecret['type']; data: Buffer } => ({
  name,
  type,
  data: data.expose(),
});
