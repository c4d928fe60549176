import { type Check, passIf, skip } from '../../base/index.js';
import type { TpmEvidence } from '../evidence.js';

/** Where Alice asks for it, the VM must have shown a signing key that its attestation key certified, before anything is released. */
export const signingKeyCertified: Check<TpmEvidence> = {
  id: 'signing-key-certified',
  question: 'Did the attestation key certify a signing key, where Alice asks for one?',
  reason: 'SIGNING_KEY_MISSING',
  remedy: 'offer a certified signing key (ProvideSigningKey) in this session before asking for the secrets',
  healedBy: 'bob',
  comparesWith: ['signing_key_required', 'session:signing key'],
  judge: ({ attestation, record, purpose }) => {
    if (!record.signing_key_required) return skip('the record asks for no signing key');
    if (purpose === 'attestation') return skip('asked only for a release');
    return passIf(attestation.signingKeyCertified, 'no signing key was certified');
  },
};
