import { quoteMagicType } from '../../../src/appraisal/checks/quote-magic-type.js';
import { checkTable } from '../check-table.js';
import { attestation, b64, evidence, goodQuote, quote } from '../evidence-fixture.js';

const withQuote = (overrides: Parameters<typeof quote>[0]): ReturnType<typeof evidence> =>
  evidence({ attestation: attestation({ quote: quote(overrides) }) });
const noQuote = evidence({ attestation: attestation({ quote: undefined }) });
const good = b64(goodQuote.attest_b64);

checkTable(quoteMagicType, [
  ['a quote', evidence(), 'pass'],
  [
    'another magic',
    withQuote({ attestation: Buffer.concat([Buffer.from('ff544346', 'hex'), good.subarray(4)]) }),
    { reason: 'QUOTE_MALFORMED', detail: /magic/ },
  ],
  [
    'a certification',
    withQuote({ attestation: Buffer.concat([good.subarray(0, 4), Buffer.from('8017', 'hex'), good.subarray(6)]) }),
    { reason: 'QUOTE_MALFORMED' },
  ],
  ['a byte left over', withQuote({ attestation: Buffer.concat([good, Buffer.of(0)]) }), { reason: 'QUOTE_MALFORMED', detail: /left over/ }],
  ['cut short', withQuote({ attestation: good.subarray(0, 40) }), { reason: 'QUOTE_MALFORMED' }],
  ['no quote', noQuote, { reason: 'QUOTE_MISSING', healedBy: 'bob' }],
]);
