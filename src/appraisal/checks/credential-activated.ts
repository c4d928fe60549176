import { type Check, passIf } from '../../base/index.js';
import type { TpmEvidence } from '../evidence.js';

/**
 * Only the TPM with the endorsement key of the record can open the challenge, and only for the attestation key that it was made for:
 * this ties the two keys together.
 */
export const credentialActivated: Check<TpmEvidence> = {
  id: 'credential-activated',
  question: 'Did the VM open the challenge that was made to its endorsement key?',
  reason: 'CREDENTIAL_NOT_ACTIVATED',
  remedy: 'activate the credential of this session and send back its secret',
  healedBy: 'bob',
  comparesWith: ['ek_encryption_key', 'session:challenge'],
  judge: ({ attestation }) => passIf(attestation.credentialActivated, 'the challenge was not answered'),
};
