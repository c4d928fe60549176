import { ekMatches } from '../../../src/appraisal/checks/ek-matches.js';
import { checkTable } from '../check-table.js';
import { attestation, b64, evidence, keyVector, record } from '../evidence-fixture.js';

const junk = Buffer.from('00010203', 'hex');
const otherPem = keyVector('srk_rsa').pem;
const identity = evidence().shieldedIdentity;
const ek = b64(keyVector('ek_rsa').tpmt_public_b64);
const withEk = (ekPublic: Buffer): ReturnType<typeof evidence> => evidence({ attestation: attestation({ ekPublic }) });

checkTable(ekMatches, [
  ['the key of the record and of Compute, in the TCG template', evidence(), 'pass'],
  [
    'an ECC key, in its own TCG template',
    evidence({
      attestation: attestation({ ekPublic: b64(keyVector('ek_ecc').tpmt_public_b64) }),
      record: record({ ek_encryption_key: keyVector('ek_ecc').pem }),
      shieldedIdentity: { ...identity, ekPublicPem: keyVector('ek_ecc').pem },
    }),
    'pass',
  ],
  [
    'another key than the record holds',
    evidence({ record: record({ ek_encryption_key: otherPem }) }),
    { reason: 'EK_MISMATCH', detail: /record/ },
  ],
  [
    'another key than Compute names now',
    evidence({ shieldedIdentity: { ...identity, ekPublicPem: otherPem } }),
    { reason: 'EK_MISMATCH', detail: /Compute/ },
  ],
  ['Compute names none', evidence({ shieldedIdentity: { ...identity, ekPublicPem: '' } }), { reason: 'EK_MISMATCH', detail: /Compute/ }],
  ['a record whose key is no PEM', evidence({ record: record({ ek_encryption_key: 'x' }) }), { reason: 'EK_MISMATCH' }],
  [
    'the right key with other attributes',
    withEk(Buffer.concat([ek.subarray(0, 4), Buffer.from('000400b2', 'hex'), ek.subarray(8)])),
    { reason: 'EK_MISMATCH' },
  ],
  [
    'the right key without its policy',
    withEk(Buffer.concat([ek.subarray(0, 8), Buffer.from('0000', 'hex'), ek.subarray(42)])),
    { reason: 'EK_MISMATCH', detail: /authPolicy/ },
  ],
  ['bytes left over', withEk(Buffer.concat([ek, Buffer.of(0)])), { reason: 'EK_MISMATCH', detail: /left over/ }],
  ['bytes that do not decode', withEk(junk), { reason: 'EK_MISMATCH' }],
  ['nothing', withEk(Buffer.alloc(0)), { reason: 'EK_MISMATCH' }],
  [
    'a template without a key',
    withEk(Buffer.concat([ek.subarray(0, 58), Buffer.alloc(256)])),
    { reason: 'EK_MISMATCH', detail: /no valid key/ },
  ],
]);
