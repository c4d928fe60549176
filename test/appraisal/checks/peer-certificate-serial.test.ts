import { peerCertificateSerial } from '../../../src/appraisal/checks/peer-certificate-serial.js';
import { checkTable, type Row } from '../check-table.js';
import { evidence, record, server } from '../evidence-fixture.js';

const peer = (serialDecimal: string, sha256Hex = 'ab'.repeat(32)): ReturnType<typeof evidence>['peer'] => ({
  address: '34.121.225.36',
  certificate: { serialDecimal, sha256Hex },
});

checkTable(peerCertificateSerial, [
  ['the approved serial', evidence(), 'pass'],
  ['the same integer with a leading zero', evidence({ peer: peer('05') }), 'pass'],
  ['another serial', evidence({ peer: peer('6') }), { reason: 'PEER_CERTIFICATE_SERIAL' }],
  ['the same number in another base', evidence({ peer: peer('0x5') }), { reason: 'PEER_CERTIFICATE_SERIAL' }],
  ['no number', evidence({ peer: peer('') }), { reason: 'PEER_CERTIFICATE_SERIAL' }],
  ['two digits', evidence({ peer: peer('15'), record: record({ peer_serial_number: '15' }) }), 'pass'],
  ['61 digits', evidence({ peer: peer(`${'0'.repeat(60)}5`) }), { reason: 'PEER_CERTIFICATE_SERIAL' }],
  ...[' 5', '5 ', '', '0x5'].map((odd): Row<ReturnType<typeof evidence>> => [
    `what is no integer in the record: "${odd}"`,
    evidence({ record: { ...record(), peer_serial_number: odd }, peer: peer(odd === '' ? '0' : '5') }),
    { reason: 'PEER_CERTIFICATE_SERIAL' },
  ]),
  ...[' 5', '5 '].map((odd): Row<ReturnType<typeof evidence>> => [
    `what is no integer in the certificate: "${odd}"`,
    evidence({ peer: peer(odd) }),
    { reason: 'PEER_CERTIFICATE_SERIAL' },
  ]),
  ['no certificate', evidence({ peer: { address: '34.121.225.36', certificate: undefined } }), { reason: 'PEER_CERTIFICATE_MISSING' }],
  ['any serial, as the record says', evidence({ record: record({ peer_serial_number: 'any' }) }), 'skip'],
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
