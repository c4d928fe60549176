import { type Check, refuse } from '../../base/index.js';
import type { TpmEvidence } from '../evidence.js';
import { akIsRestricted as akRules } from '../../tpm/index.js';
import { decodedPublic } from '../tpm-keys.js';

/**
 * A restricted key signs only what its TPM made itself; an unrestricted one, or one from outside, signs any quote that Bob writes.
 * The detail names the first rule that is broken.
 */
export const akIsRestricted: Check<TpmEvidence> = {
  id: 'ak-is-restricted',
  question: 'Is this a restricted attestation key that was born in its TPM and cannot leave it?',
  reason: 'AK_NOT_RESTRICTED',
  remedy: 'make the attestation key from the template of this release, unrestricted and imported keys are refused',
  healedBy: 'bob',
  comparesWith: ['constant:TPM 2.0 Part 2, 8.3 TPMA_OBJECT', 'constant:TPM 2.0 Part 2, 12.2.4 TPMT_PUBLIC'],
  judge: ({ attestation }) => {
    const ak = decodedPublic(attestation.akPublic);
    return ak.kind === 'malformed' ? refuse(ak.problem) : akRules.judge({ akPublic: ak.area });
  },
};
