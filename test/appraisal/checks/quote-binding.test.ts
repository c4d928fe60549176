import { quoteBinding } from '../../../src/appraisal/checks/quote-binding.js';
import { checkTable } from '../check-table.js';
import { attestation, b64, evidence, quote, quoteVector } from '../evidence-fixture.js';

const withQuote = (overrides: Parameters<typeof quote>[0]): ReturnType<typeof evidence> =>
  evidence({ attestation: attestation({ quote: quote(overrides) }) });
const noQuote = evidence({ attestation: attestation({ quote: undefined }) });
const other = quoteVector('other_nonce');
const empty = quoteVector('empty_nonce');

checkTable(quoteBinding, [
  ['made for the challenge of the session', evidence(), 'pass'],
  ['made for another challenge', withQuote({ expectedExtraData: Buffer.alloc(20, 1) }), { reason: 'QUOTE_NOT_FRESH' }],
  [
    'a quote recorded for another nonce',
    withQuote({ attestation: b64(other.attest_b64), signature: b64(other.signature_tpmt_b64) }),
    { reason: 'QUOTE_NOT_FRESH' },
  ],
  [
    'nothing to compare with, and nothing attested',
    withQuote({ attestation: b64(empty.attest_b64), signature: b64(empty.signature_tpmt_b64), expectedExtraData: Buffer.alloc(0) }),
    { reason: 'QUOTE_NOT_FRESH' },
  ],
  ['no quote', noQuote, { reason: 'QUOTE_MISSING', healedBy: 'bob' }],
]);
