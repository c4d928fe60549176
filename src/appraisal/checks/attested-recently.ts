import { type Check, passIf, refuse } from '../../base/index.js';
import type { TpmEvidence } from '../evidence.js';

/** A quote says what the VM was when it was made. Times are ours, not those of the TPM; replicas may differ by the clock skew. */
export const attestedRecently: Check<TpmEvidence> = {
  id: 'attested-recently',
  question: 'Was the quote made recently enough?',
  reason: 'ATTESTATION_TOO_OLD',
  remedy: 'attest again',
  healedBy: 'bob',
  comparesWith: ['flag:attestationMaxAgeSeconds', 'flag:clockSkewSeconds', 'session:quote'],
  judge: ({ attestation, nowSeconds, server }) => {
    if (attestation.quote === undefined) return refuse('the session holds no quote', { reason: 'QUOTE_MISSING' });
    const age = nowSeconds - attestation.quote.takenAtSeconds;
    return passIf(
      age >= -server.clockSkewSeconds && age <= server.attestationMaxAgeSeconds,
      `the quote is ${age} s old, at most ${server.attestationMaxAgeSeconds} s are allowed`,
    );
  },
};
