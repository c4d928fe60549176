import { quoteQualifiedSigner } from '../../../src/appraisal/checks/quote-qualified-signer.js';
import { checkTable } from '../check-table.js';
import { attestation, b64, evidence, keyVector, quote, quoteVector, record } from '../evidence-fixture.js';

// A genuine quote, by the same TPM, of a key in the owner hierarchy: nothing ties such a key to the EK.
const owner = quoteVector('owner_ak_rsa_pcr0');
const byOwnerKey = evidence({
  attestation: attestation({
    akPublic: b64(keyVector('owner_ak_rsa').tpmt_public_b64),
    quote: quote({ attestation: b64(owner.attest_b64), signature: b64(owner.signature_tpmt_b64) }),
  }),
});

checkTable(quoteQualifiedSigner, [
  ['an attestation key under the approved EK', evidence(), 'pass'],
  ['a key of the owner hierarchy', byOwnerKey, { reason: 'QUOTE_SIGNER_ELSEWHERE', healedBy: 'bob' }],
  [
    'a key under another EK than the approved one',
    evidence({ record: record({ ek_encryption_key: keyVector('ak_rsa').pem }) }),
    { reason: 'QUOTE_SIGNER_ELSEWHERE' },
  ],
  ['an EK in the record that is no key', evidence({ record: record({ ek_encryption_key: 'none' }) }), { reason: 'QUOTE_SIGNER_ELSEWHERE' }],
  ['no quote', evidence({ attestation: attestation({ quote: undefined }) }), { reason: 'QUOTE_MISSING' }],
]);
