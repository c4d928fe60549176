import { createPublicKey, randomUUID } from 'node:crypto';
import { AppError, type Check } from '../../base/index.js';
import { tpmStage, type Stage, type TpmArrival, type TpmEvidence } from '../../appraisal/index.js';
import {
  bareRsaSignature,
  certifyChecks,
  decodePublic,
  decodeSignature,
  ekPublicFromSpki,
  spkiDerOf,
  type CertifyEvidence,
  type PublicArea,
} from '../../tpm/index.js';
import type { ProvisioningRecord } from '../../record/index.js';
import { signingKeyBinding, type ProvideSigningKeyRequest__Output } from '../../wire/index.js';
import { requireStep } from '../attestation/steps.js';
import type { Session } from '../attestation/session.js';
import { admit } from './admission.js';
import type { Verified } from './attestation.js';
import { attestationOf } from './look.js';
import type { ServiceParts } from './parts.js';
import { readQuoteBytes } from './quote-bytes.js';
import { answered, refused, type Reply, type ServiceCall } from './reply.js';
import { namedSession, requireTpm } from './session-use.js';

interface WithCertification {
  readonly certification: CertifyEvidence;
}

/** The tpm stage with the checks of a certification behind it: the key is worth what its attestation key is worth. */
const certifyStage: Stage<TpmArrival & WithCertification, TpmEvidence & WithCertification> = {
  name: 'tpm',
  gate: tpmStage.gate,
  admit: (arrival) => ({ ...tpmStage.admit(arrival), certification: arrival.certification }),
  checks: [...tpmStage.checks, ...certifyChecks.map(onCertification)],
};

/** One document for each approval, which no session's end and no restart of the server removes. */
const signerKey = ({ instanceid, approval_digest }: ProvisioningRecord): string =>
  `signer.${instanceid}.${Buffer.from(approval_digest, 'base64').toString('base64url')}`;

/**
 * Verifier.ProvideSigningKey: keeps a key that the session's attestation key certified: for the session, and in Alice's database, where
 * `provisioner verify-signature` finds the newest one of the approval.
 */
export const provideSigningKeyCall =
  (parts: ServiceParts) =>
  async (call: ServiceCall, request: ProvideSigningKeyRequest__Output): Promise<Reply<Verified>> => {
    const admitted = await admit(parts, call, 'attestation', request.sessionId);
    if (admitted === undefined) return refused;
    requireTpm(parts);
    const { evidence, user } = admitted;
    const session = requireStep('ProvideSigningKey', await namedSession(parts, admitted), user);
    const certification = readCertification(session, request, evidence.record.ek_encryption_key);
    const attestation = attestationOf(session);
    const shieldedIdentity = await parts.machine.shieldedIdentity(evidence.record);
    const judged = call.appraisal.judge(certifyStage, { ...evidence, attestation, shieldedIdentity, certification });
    if (judged === undefined) return refused;
    await Promise.all([
      parts.cloud.state.set(signerKey(evidence.record), { keyPublic: request.signingKeyPublic, certifiedAt: parts.now() }),
      parts.sessions.setSigningKey(session, request.signingKeyPublic),
    ]);
    return answered({ responseID: randomUUID(), inResponseTo: request.requestId, verified: true });
  };

/** @throws AppError BYTES_MALFORMED when key, certification or signature do not decode, or the two forms of the key differ. */
function readCertification(session: Session, request: ProvideSigningKeyRequest__Output, ekPem: string): CertifyEvidence {
  if (request.signingKeyPublic.length === 0) {
    throw new AppError('BYTES_MALFORMED', 'signingKeyPublic is missing: a bare key does not tell what the TPM lets it do');
  }
  const keyPublic = decodePublic(request.signingKeyPublic);
  if (request.signingkey.length > 0 && !isSameKey(keyPublic, request.signingkey)) {
    throw new AppError('BYTES_MALFORMED', 'signingkey and signingKeyPublic are not the same key');
  }
  const { attestation, signature, bareRsa } = readQuoteBytes(request);
  const akPublic = decodePublic(session.akPublic);
  return {
    akPublic,
    keyPublic,
    attestation,
    signature: bareRsa ? bareRsaSignature(akPublic, signature) : decodeSignature(signature),
    expectedExtraData: signingKeyBinding(session.id),
    ekPublic: ekPublicFromSpki(ekPem),
  };
}

function isSameKey(keyPublic: PublicArea, pem: Buffer): boolean {
  try {
    return spkiDerOf(keyPublic).equals(createPublicKey(pem).export({ type: 'spki', format: 'der' }));
  } catch {
    return false;
  }
}

function onCertification(check: Check<CertifyEvidence>): Check<WithCertification> {
  return { ...check, judge: ({ certification }) => check.judge(certification) };
}
