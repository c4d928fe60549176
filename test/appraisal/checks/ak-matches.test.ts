import { akMatches } from '../../../src/appraisal/checks/ak-matches.js';
import { checkTable } from '../check-table.js';
import { attestation, b64, evidence, keyVector, record } from '../evidence-fixture.js';

const junk = Buffer.from('00010203', 'hex');
const googleAk = attestation({ akPublic: b64(keyVector('gce_ak_rsa').tpmt_public_b64), credentialActivated: false });

checkTable(akMatches, [
  ['activated under the endorsement key', evidence(), 'pass'],
  ['the key of the record, not activated', evidence({ attestation: googleAk }), 'pass'],
  [
    'a key of its own, not activated',
    evidence({ attestation: attestation({ credentialActivated: false }) }),
    { reason: 'AK_UNKNOWN', healedBy: 'bob' },
  ],
  [
    'the key that Compute names, but the record holds none',
    evidence({ attestation: googleAk, record: record({ ak_signing_key: '' }) }),
    { reason: 'AK_UNKNOWN' },
  ],
  [
    'the key that Compute names now, while the record holds an older one',
    evidence({ attestation: googleAk, record: record({ ak_signing_key: keyVector('ak_pss').pem }) }),
    'pass',
  ],
  [
    'neither the one of the record nor that of Compute',
    evidence({
      attestation: googleAk,
      record: record({ ak_signing_key: keyVector('ak_pss').pem }),
      shieldedIdentity: { ...evidence().shieldedIdentity, akPublicPem: '' },
    }),
    { reason: 'AK_UNKNOWN' },
  ],
  [
    'a template without a key, though activated',
    evidence({ attestation: attestation({ akPublic: b64('AAEACwAFAHIAAAAQABQACwgAAAAAAAAA') }) }),
    { reason: 'AK_UNKNOWN', detail: /no valid key/ },
  ],
  ['bytes that do not decode, though activated', evidence({ attestation: attestation({ akPublic: junk }) }), { reason: 'AK_UNKNOWN' }],
]);
