import { equalConstantTime, messageOf, passIf, refuse, skip, type Verdict } from '../base/index.js';
import { decodeAttest, type Attest } from './attest.js';
import { Handle } from './constants.js';
import { handleName, nameOf, qualifiedNameOf } from './name.js';
import type { PublicArea } from './public.js';
import { verifySignature, type TpmSignature } from './signature.js';

/** What was received, and what it must answer to. The checks decode it once, so its bytes must not change between them. */
export interface AttestEvidence {
  /** Of the key that must have signed: judged and bound to its TPM before (ak-checks, credential). */
  readonly akPublic: PublicArea;
  /** TPMS_ATTEST bytes as received: exactly these were signed. */
  readonly attestation: Buffer;
  readonly signature: TpmSignature;
  /** The nonce, or the digest over nonce and context, that this attestation was asked for with. At least 16 bytes. */
  readonly expectedExtraData: Buffer;
  /** The EK of the machine, from a trusted source (ekPublicFromSpki). Without it the place of the signer is not judged. */
  readonly ekPublic?: PublicArea | undefined;
}

/** Shorter nonces could come back by chance or by trying. */
const minExtraDataBytes = 16;

/** The longest TPMS_ATTEST has some 330 bytes; nothing longer than this is hashed. */
const maxAttestBytes = 2048;

/** Did the key sign exactly these bytes, with its own scheme and hash? */
export function judgeSignature({ akPublic, attestation, signature }: AttestEvidence): Verdict {
  if (attestation.length > maxAttestBytes)
    return refuse(`the attestation has ${attestation.length} bytes, over the limit of ${maxAttestBytes}`);
  return passIf(
    verifySignature(akPublic, signature, attestation),
    `the ${signature.alg} ${signature.hash} signature does not verify under the attestation key and its scheme`,
  );
}

/** Runs a judgement on the attestation if it decodes to the wanted type; else refuses and says why. */
export function withAttest<T extends Attest['type']>(
  evidence: AttestEvidence,
  type: T,
  judge: (attest: Extract<Attest, { type: T }>) => Verdict,
): Verdict {
  const decoded = decodedOnce(evidence);
  if (typeof decoded === 'string') return refuse(decoded);
  return isOfType(decoded, type) ? judge(decoded) : refuse(`the attestation is a ${decoded.type}, must be a ${type}`);
}

/** Is the attested extraData exactly the expected one? Refuses when there is nothing, or too little, to compare with. */
export function judgeExtraData(attest: Attest, expected: Buffer): Verdict {
  if (expected.length < minExtraDataBytes)
    return refuse(`the expected extraData has ${expected.length} bytes, must have at least ${minExtraDataBytes}`);
  return passIf(equalConstantTime(attest.extraData, expected), 'extraData is not the one that this attestation was asked for with');
}

/**
 * Is the signer a key of the endorsement hierarchy: a primary key (the attestation key of a Google Compute Engine VM) or a
 * child of the EK? The TPM writes the signer's ancestors into what it signs. A key of the owner hierarchy would attest
 * obfuscated counters. Skips when the EK is not known.
 */
export function judgeSigner({ qualifiedSigner }: Attest, { akPublic, ekPublic }: AttestEvidence): Verdict {
  if (ekPublic === undefined) return skip('the ek that the signer must be related to is not known');
  const hierarchy = handleName(Handle.ENDORSEMENT);
  const akName = nameOf(akPublic);
  const isUnder = (parent: Buffer): boolean => equalConstantTime(qualifiedSigner, qualifiedNameOf(parent, akName));
  return passIf(
    isUnder(hierarchy) || isUnder(qualifiedNameOf(hierarchy, nameOf(ekPublic))),
    `the signer ${qualifiedSigner.toString('hex')} is neither the attestation key under the ek nor in the endorsement hierarchy`,
  );
}

/** The attestation decoded last, or why it did not decode: the checks of a list ask for the same one, one after the other. */
let last: { readonly evidence: AttestEvidence; readonly decoded: Attest | string } | undefined;

function decodedOnce(evidence: AttestEvidence): Attest | string {
  if (last?.evidence !== evidence) last = { evidence, decoded: decodeOrProblem(evidence.attestation) };
  return last.decoded;
}

function decodeOrProblem(attestation: Buffer): Attest | string {
  try {
    return decodeAttest(attestation);
  } catch (error) {
    return messageOf(error);
  }
}

const isOfType = <T extends Attest['type']>(attest: Attest, type: T): attest is Extract<Attest, { type: T }> => attest.type === type;
