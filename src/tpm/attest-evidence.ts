import { equalConstantTime, messageOf, passIf, refuse, type Verdict } from '../base/index.js';
import { decodeAttest, type Attest } from './attest.js';
import type { PublicArea } from './public.js';
import { verifySignature, type TpmSignature } from './signature.js';

/** What was received, and what it must answer to. */
export interface AttestEvidence {
  /** Of the key that must have signed: judged and bound to its TPM before (ak-checks, credential). */
  readonly akPublic: PublicArea;
  /** TPMS_ATTEST bytes as received: exactly these were signed. */
  readonly attestation: Buffer;
  readonly signature: TpmSignature;
  /** The nonce, or the digest over nonce and context, that this attestation was asked for with. At least 16 bytes. */
  readonly expectedExtraData: Buffer;
}

/** Shorter nonces could come back by chance or by trying. */
const minExtraDataBytes = 16;

/** Did the key sign exactly these bytes, with its own scheme and hash? */
export const judgeSignature = ({ akPublic, attestation, signature }: AttestEvidence): Verdict =>
  passIf(
    verifySignature(akPublic, signature, attestation),
    `the ${signature.alg} ${signature.hash} signature does not verify under the attestation key and its scheme`,
  );

/** Runs a judgement on the attestation if it decodes to the wanted type; else refuses and says why. */
export function withAttest<T extends Attest['type']>(
  { attestation }: AttestEvidence,
  type: T,
  judge: (attest: Extract<Attest, { type: T }>) => Verdict,
): Verdict {
  let attest: Attest;
  try {
    attest = decodeAttest(attestation);
  } catch (error) {
    return refuse(messageOf(error));
  }
  return isOfType(attest, type) ? judge(attest) : refuse(`the attestation is a ${attest.type}, must be a ${type}`);
}

/** Is the attested extraData exactly the expected one? Refuses when there is nothing, or too little, to compare with. */
export function judgeExtraData(attest: Attest, expected: Buffer): Verdict {
  if (expected.length < minExtraDataBytes)
    return refuse(`the expected extraData has ${expected.length} bytes, must have at least ${minExtraDataBytes}`);
  return passIf(equalConstantTime(attest.extraData, expected), 'extraData is not the one that this attestation was asked for with');
}

const isOfType = <T extends Attest['type']>(attest: Attest, type: T): attest is Extract<Attest, { type: T }> => attest.type === type;
