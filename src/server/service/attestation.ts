import { randomBytes, randomUUID } from 'node:crypto';
import { AppError, equalConstantTime } from '../../base/index.js';
import { tpmStage } from '../../appraisal/index.js';
import { decodePublic, ekPublicFromSpki, makeCredential, nameOf, type PublicArea } from '../../tpm/index.js';
import {
  isReleaseKey,
  referenceBinding,
  releaseBinding,
  type ActivateCredentialRequest__Output,
  type MakeCredentialRequest__Output,
  type MakeCredentialResponse,
} from '../../wire/index.js';
import { challengeBytes, challengeLifeSeconds, sessionIdBytes, type SessionOpening } from '../attestation/session.js';
import { requireStep } from '../attestation/steps.js';
import { admit, type Admitted } from './admission.js';
import { attestationOf, judgeMachineAndHistory } from './look.js';
import { observe } from './observe.js';
import type { ServiceParts } from './parts.js';
import { firstPcr, quoteSelection, wireSelection } from './pcr-wire.js';
import { bootOf, readQuoteBytes } from './quote-bytes.js';
import { answered, refused, type Reply, type ServiceCall } from './reply.js';
import { namedSession, requireTpm } from './session-use.js';

/** Verifier.MakeCredential: looks at the VM from outside, then opens a session and gives a challenge to the record's EK. */
export const makeCredentialCall =
  (parts: ServiceParts) =>
  async (call: ServiceCall, request: MakeCredentialRequest__Output): Promise<Reply<MakeCredentialResponse>> => {
    const admitted = await admit(parts, call, 'attestation', Buffer.alloc(0));
    if (admitted === undefined) return refused;
    requireTpm(parts);
    const { evidence, user } = admitted;
    const akPublic = readKeys(request, evidence.record.release_policy === 'identity');
    const selection = quoteSelection(evidence.record, parts.policy);
    parts.limits.admitSession(user.instanceId);
    const wait = { openedAtSeconds: user.nowSeconds, settleRequired: false };
    if (!(await judgeMachineAndHistory(parts, call, evidence, wait))) return refused;

    const opening = openingOf(request, akPublic, admitted, parts.sessionLifeSeconds);
    const challenge = randomBytes(challengeBytes).toString('base64url');
    const { credentialBlob, encryptedSecret } = makeCredential({
      ekPublic: ekPublicFromSpki(evidence.record.ek_encryption_key),
      akName: opening.akName,
      credential: Buffer.from(challenge, 'ascii'),
    });
    await parts.sessions.open(opening, challenge);
    return answered({
      responseID: randomUUID(),
      inResponseTo: request.requestId,
      pcr: firstPcr(selection),
      credBlob: credentialBlob,
      encryptedSecret,
      sessionId: opening.id,
      pcrSelection: wireSelection(selection),
      expiresInSeconds: challengeLifeSeconds,
    });
  };

/** Verifier.ActivateCredential: uses up the challenge, whatever comes of it, and judges key, quote and boot. */
export const activateCredentialCall =
  (parts: ServiceParts) =>
  async (call: ServiceCall, request: ActivateCredentialRequest__Output): Promise<Reply<Verified>> => {
    const admitted = await admit(parts, call, 'attestation', request.sessionId);
    if (admitted === undefined) return refused;
    requireTpm(parts);
    const { evidence, user } = admitted;
    const session = requireStep('ActivateCredential', await namedSession(parts, admitted), user);
    const challenge = await parts.sessions.takeChallenge(session);
    if (challenge === undefined) throw new AppError('STEP_OUT_OF_ORDER', 'ActivateCredential: the challenge is used or too old');
    const quote = {
      ...readQuoteBytes(request),
      expectedExtraData: expectedBinding(challenge, session.releaseKey, call.serverSpkiSha256),
      takenAtSeconds: user.nowSeconds,
    };
    const credentialActivated = equalConstantTime(Buffer.from(request.secret), Buffer.from(challenge, 'ascii'));
    const attestation = { ...attestationOf(session), credentialActivated, quote: { ...quote, firstBoot: undefined } };
    const shieldedIdentity = await parts.machine.shieldedIdentity(evidence.record);
    if (call.appraisal.judge(tpmStage, { ...evidence, attestation, shieldedIdentity }) === undefined) return refused;
    await parts.sessions.attest(session, quote, bootOf(quote.attestation));
    await observe(parts, evidence, quote.attestation, request.pcrValues);
    return answered({ responseID: randomUUID(), inResponseTo: request.requestId, verified: true });
  };

/** The answer of three calls. */
export interface Verified {
  readonly responseID: string;
  readonly inResponseTo: string;
  readonly verified: boolean;
}

function openingOf(request: MakeCredentialRequest__Output, akPublic: PublicArea, { user }: Admitted, lifeSeconds: number): SessionOpening {
  return {
    id: randomBytes(sessionIdBytes),
    instanceId: user.instanceId,
    akName: nameOf(akPublic),
    ekPublic: request.ekPub,
    akPublic: request.akPub,
    releaseKey: request.releaseKey.length === 0 ? undefined : request.releaseKey,
    certificateSha256: user.certificateSha256,
    openedAtSeconds: user.nowSeconds,
    expiresAtSeconds: user.nowSeconds + lifeSeconds,
  };
}

/**
 * Do the keys decode? Whether they are the right ones is judged with the quote.
 * @returns the public area of the attestation key. @throws AppError BYTES_MALFORMED
 */
function readKeys({ akPub, ekPub, releaseKey }: MakeCredentialRequest__Output, mayLackReleaseKey: boolean): PublicArea {
  const akPublic = decodePublic(akPub);
  decodePublic(ekPub);
  if (releaseKey.length === 0 && !mayLackReleaseKey) {
    throw new AppError('BYTES_MALFORMED', 'releaseKey is missing: this approval releases only to a key that is bound to the quote');
  }
  if (releaseKey.length > 0 && !isReleaseKey(releaseKey)) {
    throw new AppError('BYTES_MALFORMED', 'releaseKey is not an uncompressed point of P-256 (65 bytes)');
  }
  return akPublic;
}

const expectedBinding = (challenge: string, releaseKey: Buffer | undefined, serverSpkiSha256: Buffer): Buffer =>
  releaseKey === undefined ? referenceBinding(challenge) : releaseBinding({ challenge, releaseKey, serverSpkiSha256 });
