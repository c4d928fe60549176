import { type Check, pass, passIf, refuse } from '../../base/index.js';
import type { TpmEvidence } from '../evidence.js';
import { decodedPublic, spkiDerOfPem, spkiDerOfPublic } from '../tpm-keys.js';

/**
 * Two ways to know whose attestation key it is. Google names the one that its vTPM makes at each boot from a fixed template: it is known when
 * the record has it. Any other key is known only by the credential that was made for its name and opened with the endorsement key.
 */
export const akMatches: Check<TpmEvidence> = {
  id: 'ak-matches',
  question: 'Is the attestation key known to be of the approved vTPM?',
  reason: 'AK_UNKNOWN',
  remedy: 'attest from the approved VM: activate the credential with the attestation key that signs the quote',
  healedBy: 'bob',
  comparesWith: ['ak_signing_key', 'session:credential', 'live:instances.getShieldedInstanceIdentity'],
  judge: ({ attestation, record, shieldedIdentity }) => {
    const ak = decodedPublic(attestation.akPublic);
    if (ak.kind === 'malformed') return refuse(ak.problem);
    const der = spkiDerOfPublic(ak.area);
    if (der === undefined) return refuse('the public area holds no valid key');
    const named = [record.ak_signing_key, shieldedIdentity.akPublicPem].some((pem) => spkiDerOfPem(pem)?.equals(der) === true);
    if (record.ak_signing_key !== '' && named) return pass;
    return passIf(attestation.credentialActivated, 'neither the key that Google names nor activated under the endorsement key');
  },
};
