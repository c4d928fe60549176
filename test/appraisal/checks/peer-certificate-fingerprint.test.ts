import { peerCertificateFingerprint } from '../../../src/appraisal/checks/peer-certificate-fingerprint.js';
import { checkTable, type Row } from '../check-table.js';
import { evidence, record, server } from '../evidence-fixture.js';

const peer = (serialDecimal: string, sha256Hex = 'ab'.repeat(32)): ReturnType<typeof evidence>['peer'] => ({
  address: '34.121.225.36',
  certificate: { serialDecimal, sha256Hex },
});

checkTable(peerCertificateFingerprint, [
  ['the approved certificate', evidence(), 'pass'],
  [
    'one of several approved certificates',
    evidence({ record: record({ peer_certificate_sha256: ['cd'.repeat(32), 'ab'.repeat(32)] }) }),
    'pass',
  ],
  [
    'another certificate with the approved serial',
    evidence({ peer: peer('5', 'cd'.repeat(32)) }),
    { reason: 'PEER_CERTIFICATE_FINGERPRINT' },
  ],
  ['no certificate', evidence({ peer: { address: '34.121.225.36', certificate: undefined } }), { reason: 'PEER_CERTIFICATE_MISSING' }],
  ['the word any in place of a fingerprint', evidence({ peer: peer('5', 'any') }), { reason: 'PEER_CERTIFICATE_FINGERPRINT' }],
  [
    'any certificate beside a fingerprint is no word of the record',
    evidence({ record: { ...record(), peer_certificate_sha256: ['any', 'cd'.repeat(32)] } }),
    { reason: 'PEER_CERTIFICATE_FINGERPRINT' },
  ],
  ...['0', '\n'].flatMap((extra) =>
    [`${'ab'.repeat(32)}${extra}`, `${extra}${'ab'.repeat(32)}`].map((odd): Row<ReturnType<typeof evidence>> => [
      `what is no fingerprint, though the record says the same: ${JSON.stringify(odd)}`,
      evidence({ peer: peer('5', odd), record: { ...record(), peer_certificate_sha256: [odd] } }),
      { reason: 'PEER_CERTIFICATE_FINGERPRINT' },
    ]),
  ),
  ['any certificate, as the record says', evidence({ record: record({ peer_certificate_sha256: ['any'] }) }), 'skip'],
  [
    'switched off for an identity record',
    evidence({ server: server({ validatePeerCertificate: false }), record: record({ release_policy: 'identity' }) }),
    'skip',
  ],
  [
    'switched off for an attested record',
    evidence({ server: server({ validatePeerCertificate: false }) }),
    { reason: 'VALIDATION_DISABLED', healedBy: 'alice' },
  ],
]);
