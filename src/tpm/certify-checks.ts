import { equalConstantTime, pass, passIf, refuse, skip, type Check, type Verdict } from '../base/index.js';
import type { CertifyAttest } from './attest.js';
import { judgeExtraData, judgeSignature, judgeSigner, withAttest, type AttestEvidence } from './attest-evidence.js';
import { describeAttributes } from './attributes.js';
import { ObjectAttribute } from './constants.js';
import { publicKeyOf } from './key.js';
import { nameOf, qualifiedNameOf } from './name.js';
import { signingHashOf, type PublicArea } from './public.js';

/** A certification of a key by an attestation key, and the whole public area of the certified key. */
export interface CertifyEvidence extends AttestEvidence {
  /** All of it, not the key alone: one modulus fits many public areas with different attributes and names. */
  readonly keyPublic: PublicArea;
  /** Qualified name of the certified key's parent. Without it the place of the key in its TPM is not judged. */
  readonly keyParentQualifiedName?: Buffer | undefined;
}

const { fixedTPM, fixedParent, sensitiveDataOrigin, sign, restricted, decrypt, encryptedDuplication, x509sign } = ObjectAttribute;
const required = fixedTPM | fixedParent | sensitiveDataOrigin | sign;
const forbidden = restricted | decrypt | encryptedDuplication | x509sign;

export const certifySignature: Check<CertifyEvidence> = {
  id: 'certify-signature',
  question: 'Did the attestation key sign exactly these bytes, with the scheme and hash of its public area?',
  reason: 'CERTIFY_SIGNATURE_INVALID',
  remedy: 'send the certification and the signature as the TPM gave them, made with the attestation key of this session',
  healedBy: 'bob',
  comparesWith: ['TPM 2.0 Part 3, 18.2 TPM2_Certify'],
  judge: judgeSignature,
};

export const certifyMagicType: Check<CertifyEvidence> = {
  id: 'certify-magic-type',
  question: 'Are the signed bytes a certification that a TPM made, whole and with nothing added?',
  reason: 'CERTIFY_MALFORMED',
  remedy: 'send the TPMS_ATTEST of TPM2_Certify, without its two length bytes',
  healedBy: 'bob',
  comparesWith: ['TPM 2.0 Part 2, 10.12.12 TPMS_ATTEST'],
  judge: (evidence) => withAttest(evidence, 'certify', () => pass),
};

export const certifyBinding: Check<CertifyEvidence> = {
  id: 'certify-binding',
  question: 'Was the certification made for this session?',
  reason: 'CERTIFY_NOT_FRESH',
  remedy: 'certify the key again with the qualifying data of this session',
  healedBy: 'bob',
  comparesWith: ['the id of the session'],
  judge: (evidence) => withAttest(evidence, 'certify', (certify) => judgeExtraData(certify, evidence.expectedExtraData)),
};

export const certifyName: Check<CertifyEvidence> = {
  id: 'certify-name',
  question: 'Is the certified object the key whose public area was sent?',
  reason: 'CERTIFY_OTHER_KEY',
  remedy: 'send the whole public area of the key that was certified',
  healedBy: 'bob',
  comparesWith: ['TPM 2.0 Part 1, 16 Names'],
  judge: (evidence) =>
    withAttest(evidence, 'certify', ({ name }) =>
      passIf(
        equalConstantTime(name, nameOf(evidence.keyPublic)),
        `the certified name is ${name.toString('hex')}, not that of the public area sent`,
      ),
    ),
};

export const certifyQualifiedName: Check<CertifyEvidence> = {
  id: 'certify-qualified-name',
  question: 'Is the certified key a child of the parent that is expected?',
  reason: 'CERTIFY_KEY_ELSEWHERE',
  remedy: 'let the client make its signing key under the expected parent',
  healedBy: 'bob',
  comparesWith: ['TPM 2.0 Part 1, 16 Names'],
  judge: (evidence) => withAttest(evidence, 'certify', (certify) => judgeParent(certify, evidence)),
};

export const certifyQualifiedSigner: Check<CertifyEvidence> = {
  id: 'certify-qualified-signer',
  question: 'Is the signer the attestation key under the EK of this machine or in its endorsement hierarchy?',
  reason: 'CERTIFY_SIGNER_ELSEWHERE',
  remedy: 'let the client make its attestation key under the EK, or from the template that the VM has in NV',
  healedBy: 'bob',
  comparesWith: ['TPM 2.0 Part 1, 16 Names', 'the EK of the machine'],
  judge: (evidence) => withAttest(evidence, 'certify', (certify) => judgeSigner(certify, evidence)),
};

export const certifyKeyAttributes: Check<CertifyEvidence> = {
  id: 'certify-key-attributes',
  question: 'Is the certified key a signing key that was born in its TPM, cannot leave it, and signs with SHA-256 or better?',
  reason: 'CERTIFY_KEY_REFUSED',
  remedy: 'let the client make its signing key from the template of this release (signingKeyTemplate, signingKeyEccTemplate)',
  healedBy: 'bob',
  comparesWith: ['TPM 2.0 Part 2, 8.3 TPMA_OBJECT'],
  judge: ({ keyPublic }) => judgeSigningKey(keyPublic),
};

/** Everything asked of a certified key. */
export const certifyChecks: readonly Check<CertifyEvidence>[] = [
  certifySignature,
  certifyMagicType,
  certifyBinding,
  certifyName,
  certifyKeyAttributes,
  certifyQualifiedName,
  certifyQualifiedSigner,
];

function judgeParent({ qualifiedName }: CertifyAttest, { keyPublic, keyParentQualifiedName }: CertifyEvidence): Verdict {
  if (keyParentQualifiedName === undefined) return skip('the parent that the certified key must have is not known');
  return passIf(
    equalConstantTime(qualifiedName, qualifiedNameOf(keyParentQualifiedName, nameOf(keyPublic))),
    `the qualified name ${qualifiedName.toString('hex')} is not that of this key under the expected parent`,
  );
}

function judgeSigningKey(key: PublicArea): Verdict {
  const { attributes, nameAlg } = key;
  const signingHash = signingHashOf(key);
  const missing = required & ~attributes;
  if (missing !== 0) return refuse(`the key lacks ${describeAttributes(missing)}`);
  const extra = attributes & forbidden;
  if (extra !== 0) return refuse(`the key has ${describeAttributes(extra)}`);
  if (key.type === 'rsa' && key.keyBits < 2048) return refuse(`the key has ${key.keyBits} bits`);
  if (nameAlg === 'sha1') return refuse('the name of the key is a sha1 digest');
  if (signingHash === undefined || signingHash === 'sha1') return refuse('the key has no signing scheme with sha256 or better');
  return judgeKey(key);
}

function judgeKey(key: PublicArea): Verdict {
  try {
    publicKeyOf(key);
    return pass;
  } catch {
    return refuse('the public area holds no valid key');
  }
}
