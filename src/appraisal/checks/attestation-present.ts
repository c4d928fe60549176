import { type Check, passIf } from '../../base/index.js';
import type { TpmArrival } from '../evidence.js';

/** Did the session prove anything with a TPM? A release under policy attested needs it. */
export const attestationPresent: Check<TpmArrival> = {
  id: 'attestation-present',
  question: 'Did the VM go through the TPM exchange in this session?',
  reason: 'ATTESTATION_REQUIRED',
  remedy: 'attest first (MakeCredential, ActivateCredential), then ask in the same session',
  healedBy: 'bob',
  comparesWith: ['release_policy', 'session:attestation'],
  judge: ({ attestation }) => passIf(attestation !== undefined, 'the session holds no attestation'),
};
