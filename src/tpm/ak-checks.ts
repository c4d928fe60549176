import { pass, passIf, refuse, type Check, type Verdict } from '../base/index.js';
import { describeAttributes } from './attributes.js';
import { exponentOf, publicKeyOf } from './key.js';
import { signingHashOf, type PublicArea } from './public.js';
import { akAttributes } from './templates.js';

// What makes a key an attestation key. TPM2_LoadExternal takes a key pair made in software and ActivateCredential works with
// it; it refuses one that claims fixedTPM or restricted. So the name (credential) and these attributes together are the proof.

export interface AkEvidence {
  readonly akPublic: PublicArea;
}

const common = {
  remedy: 'let the client make its attestation key from the template of this release (akRsaTemplate, akEccTemplate)',
  healedBy: 'bob',
} as const;

export const akKeyType: Check<AkEvidence> = {
  ...common,
  id: 'ak-key-type',
  question: 'Is the attestation key an RSA key or a P-256 key?',
  reason: 'AK_KEY_TYPE_REFUSED',
  comparesWith: ['TPM 2.0 Part 2, 12.2.2 TPMI_ALG_PUBLIC'],
  judge: ({ akPublic: ak }) => passIf(ak.type === 'rsa' || (ak.type === 'ecc' && ak.curve === 'P-256'), `the key is ${describeKey(ak)}`),
};

export const akNameAlgorithm: Check<AkEvidence> = {
  ...common,
  id: 'ak-name-algorithm',
  question: 'Is the name of the attestation key a SHA-256 digest?',
  reason: 'AK_NAME_ALGORITHM_REFUSED',
  comparesWith: ['TPM 2.0 Part 1, 16 Names'],
  judge: ({ akPublic: ak }) => passIf(ak.nameAlg === 'sha256', `nameAlg is ${ak.nameAlg}`),
};

/** Exactly, not at least: decrypt or encryptedDuplication would be as bad as a missing restricted, and nothing needs more. */
export const akObjectAttributes: Check<AkEvidence> = {
  ...common,
  id: 'ak-attributes',
  question: 'Was the attestation key born in its TPM, can it never leave it, and does it sign only what the TPM itself made?',
  reason: 'AK_ATTRIBUTES_REFUSED',
  comparesWith: ['TPM 2.0 Part 2, 8.3 TPMA_OBJECT'],
  judge: ({ akPublic: ak }) => (ak.attributes === akAttributes ? pass : refuse(describeWrongAttributes(ak))),
};

export const akAuthPolicy: Check<AkEvidence> = {
  ...common,
  id: 'ak-auth-policy',
  question: 'Has the attestation key no policy of its own?',
  reason: 'AK_AUTH_POLICY_REFUSED',
  comparesWith: ['TPM 2.0 Part 2, 12.2.4 TPMT_PUBLIC'],
  judge: ({ akPublic: ak }) => passIf(ak.authPolicy.length === 0, `authPolicy is ${ak.authPolicy.toString('hex')}`),
};

export const akSymmetric: Check<AkEvidence> = {
  ...common,
  id: 'ak-symmetric',
  question: 'Has the attestation key no cipher, as a key that only signs?',
  reason: 'AK_SYMMETRIC_REFUSED',
  comparesWith: ['TPM 2.0 Part 2, 12.2.3 TPMU_PUBLIC_PARMS'],
  judge: ({ akPublic: ak }) => passIf(ak.type !== 'keyedhash' && ak.symmetric === undefined, 'the key names a cipher, or is no key pair'),
};

export const akScheme: Check<AkEvidence> = {
  ...common,
  id: 'ak-scheme',
  question: 'Does the attestation key sign with one scheme and with SHA-256 or better?',
  reason: 'AK_SCHEME_REFUSED',
  comparesWith: ['TPM 2.0 Part 2, 11.2.4 and 11.2.5 signing schemes'],
  judge: ({ akPublic }) => judgeScheme(akPublic),
};

export const akKeySize: Check<AkEvidence> = {
  ...common,
  id: 'ak-key-size',
  question: 'Is an RSA attestation key 2048 to 4096 bits long, and its modulus as long as it says?',
  reason: 'AK_KEY_SIZE_REFUSED',
  comparesWith: ['TPM 2.0 Part 2, 12.2.3.5 TPMS_RSA_PARMS'],
  judge: ({ akPublic }) => judgeSize(akPublic),
};

export const akKeyValid: Check<AkEvidence> = {
  ...common,
  id: 'ak-key-valid',
  question: 'Is the key a usable one: exponent 65537, point on its curve?',
  reason: 'AK_KEY_INVALID',
  comparesWith: ['TPM 2.0 Part 2, 12.2.3.5 exponent', 'TPM 2.0 Part 1, C.4 ECC point'],
  judge: ({ akPublic }) => judgeKey(akPublic),
};

/** Everything asked of an attestation key, each with its own reason. */
export const akChecks: readonly Check<AkEvidence>[] = [
  akKeyType,
  akNameAlgorithm,
  akObjectAttributes,
  akAuthPolicy,
  akSymmetric,
  akScheme,
  akKeySize,
  akKeyValid,
];

/** All of akChecks as one question; the detail names the first rule that is broken. */
export const akIsRestricted: Check<AkEvidence> = {
  ...common,
  id: 'ak-is-restricted',
  question: 'Is this a restricted attestation key that was born in its TPM and cannot leave it?',
  reason: 'AK_NOT_RESTRICTED',
  comparesWith: ['TPM 2.0 Part 2, 8.3 TPMA_OBJECT', 'TPM 2.0 Part 2, 12.2.4 TPMT_PUBLIC'],
  judge: (evidence) => {
    for (const check of akChecks) {
      const verdict = check.judge(evidence);
      if (verdict.kind === 'refuse') return refuse(`${check.id}: ${verdict.detail}`);
    }
    return pass;
  },
};

const describeWrongAttributes = ({ attributes }: PublicArea): string =>
  `attributes are ${describeAttributes(attributes)}, must be ${describeAttributes(akAttributes)}`;

function judgeScheme(ak: PublicArea): Verdict {
  const hash = signingHashOf(ak);
  if (hash === undefined) return refuse(`the scheme is ${ak.scheme?.alg ?? 'none'}, must be rsassa, rsapss or ecdsa`);
  return passIf(hash !== 'sha1', 'the scheme signs with sha1');
}

function judgeSize(ak: PublicArea): Verdict {
  if (ak.type !== 'rsa') return pass;
  const { keyBits, modulus } = ak;
  if (keyBits < 2048 || keyBits > 4096) return refuse(`the key says ${keyBits} bits`);
  const topBit = ((modulus[0] ?? 0) & 0x80) !== 0;
  return passIf(8 * modulus.length === keyBits && topBit, `the key says ${keyBits} bits, its modulus is another number of bits`);
}

function judgeKey(ak: PublicArea): Verdict {
  if (ak.type === 'rsa' && exponentOf(ak) !== 65537) return refuse(`the exponent is ${ak.exponent}`);
  try {
    publicKeyOf(ak);
    return pass;
  } catch {
    return refuse('the public area holds no valid key');
  }
}

/** Of a key that is refused for its type: RSA keys never are. */
const describeKey = (ak: PublicArea): string => (ak.type === 'ecc' ? `an ecc key on ${ak.curve}` : 'a keyed hash object');
