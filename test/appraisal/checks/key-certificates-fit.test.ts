import { keyCertificatesFit } from '../../../src/appraisal/checks/key-certificates-fit.js';
import certificates from '../../vectors/key-certificates.json';
import { checkTable } from '../check-table.js';
import { evidence, keyVector, record, type Evidence } from '../evidence-fixture.js';

type Live = Partial<Evidence['shieldedIdentity']>;
const given = (approved: Readonly<Record<string, unknown>>, live: Live = {}): Evidence =>
  evidence({ record: record(approved), shieldedIdentity: { ...evidence().shieldedIdentity, ...live } });
const approvedEk = (certificate: string): Evidence => given({ ek_encryption_cert: certificate });
const refused = (detail: RegExp): { readonly reason: string; readonly detail: RegExp } => ({ reason: 'KEY_CERTIFICATE_MISMATCH', detail });
const good = 'VM 8939838129032687278 tc-4f4f5a70 634665912513 us-central1-a';

checkTable(keyCertificatesFit, [
  [
    'certificates of both keys, in the record and as Compute gives them',
    given(
      { ek_encryption_cert: certificates.ek, ak_signing_cert: certificates.ak },
      { ekCertificatePem: certificates.ek, akCertificatePem: certificates.ak },
    ),
    'pass',
  ],
  ['no certificate at all', evidence(), 'skip'],
  ['a certificate that says nothing of its VM', approvedEk(certificates.ek_without_info), 'pass'],
  ['a certificate that says something else under another extension', approvedEk(certificates.ek_other_extension), 'pass'],
  [
    'the endorsement certificate of the record is of another key',
    approvedEk(certificates.ak),
    refused(/^endorsement certificate of the record: it is of another key$/),
  ],
  [
    'the attestation certificate of the record is of another key',
    given({ ak_signing_cert: certificates.ek }),
    refused(/^attestation certificate of the record: it is of another key$/),
  ],
  [
    'the endorsement certificate of Compute is of another key',
    given({}, { ekCertificatePem: certificates.ak }),
    refused(/^endorsement certificate that Compute gives: it is of another key$/),
  ],
  [
    'the attestation certificate of Compute is of another key',
    given({}, { akCertificatePem: certificates.ek }),
    refused(/^attestation certificate that Compute gives: it is of another key$/),
  ],
  [
    'a certificate, and no key beside it',
    given({ ak_signing_cert: certificates.ak, ak_signing_key: '' }),
    refused(/^attestation certificate of the record: it is of another key$/),
  ],
  [
    'two of them, both told',
    given({ ek_encryption_cert: certificates.ak }, { akCertificatePem: certificates.ek }),
    refused(/^endorsement certificate of the record: [^;]*; attestation certificate that Compute gives: [^;]*$/),
  ],
  ['no certificate, but text', approvedEk('certificate'), refused(/: it does not parse$/)],
  ['a key in place of a certificate', approvedEk(keyVector('ek_rsa').pem), refused(/: it does not parse$/)],
  [
    'the same key in another VM',
    approvedEk(certificates.ek_other_instance),
    refused(new RegExp(`: it names VM 8939838129032687279 tc-4f4f5a70 634665912513 us-central1-a, expected ${good.slice('VM '.length)}$`)),
  ],
  ['an id of 64 bits', approvedEk(certificates.ek_high_id), refused(/: it names VM 18446744073709551615 /)],
  ['another project', approvedEk(certificates.ek_other_project), refused(/ tc-4f4f5a71 /)],
  ['another project number', approvedEk(certificates.ek_other_number), refused(/ 634665912514 /)],
  ['another zone', approvedEk(certificates.ek_other_zone), refused(/ us-central1-b, expected /)],
  ['a negative id', approvedEk(certificates.ek_negative_id), refused(/: what it says of its VM does not parse$/)],
  ['text in place of what is said', approvedEk(certificates.ek_info_is_text), refused(/: what it says of its VM does not parse$/)],
]);
