import { signingKeyCertified } from '../../../src/appraisal/checks/signing-key-certified.js';
import { checkTable } from '../check-table.js';
import { attestation, evidence, record } from '../evidence-fixture.js';

checkTable(signingKeyCertified, [
  [
    'certified, as the record asks',
    evidence({ record: record({ signing_key_required: true }), attestation: attestation({ signingKeyCertified: true }) }),
    'pass',
  ],
  [
    'asked for and missing',
    evidence({ record: record({ signing_key_required: true }) }),
    { reason: 'SIGNING_KEY_MISSING', healedBy: 'bob' },
  ],
  ['asked for, but nothing is released yet', evidence({ record: record({ signing_key_required: true }), purpose: 'attestation' }), 'skip'],
  ['not asked for', evidence(), 'skip'],
]);
