import { type Check, onceForEach, passIf, refuse } from '../../base/index.js';
import type { TpmEvidence } from '../evidence.js';
import { ekEccTemplate, ekRsaTemplate, explainMismatch, type PublicArea } from '../../tpm/index.js';
import { decodedPublic, spkiDerOfPem, spkiDerOfPublic } from '../tpm-keys.js';

const mismatchOf = onceForEach((ek: PublicArea) => explainMismatch(ek.type === 'ecc' ? ekEccTemplate : ekRsaTemplate, ek));

/**
 * The endorsement key that the client names must be the one that Alice stored and the one that Compute names now, in the public area of the
 * TCG template. A VM made anew under the same name has another one. That the client holds it is asked by credential-activated.
 */
export const ekMatches: Check<TpmEvidence> = {
  id: 'ek-matches',
  question: 'Is the endorsement key the approved one, and that of the VM as Compute names it?',
  reason: 'EK_MISMATCH',
  remedy: 'attest from the approved VM with its own vTPM, or ask Alice to approve the VM again',
  healedBy: 'bob',
  comparesWith: ['ek_encryption_key', 'live:instances.getShieldedInstanceIdentity'],
  judge: ({ attestation, record, shieldedIdentity }) => {
    const ek = decodedPublic(attestation.ekPublic);
    if (ek.kind === 'malformed') return refuse(ek.problem);
    const der = spkiDerOfPublic(ek.area);
    if (der === undefined) return refuse('the public area holds no valid key');
    if (spkiDerOfPem(record.ek_encryption_key)?.equals(der) !== true) return refuse('not the key of the record');
    if (spkiDerOfPem(shieldedIdentity.ekPublicPem)?.equals(der) !== true) return refuse('not the key that Compute names');
    const problems = mismatchOf(ek.area);
    return passIf(problems.length === 0, problems.join('; '));
  },
};
