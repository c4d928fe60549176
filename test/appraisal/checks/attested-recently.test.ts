import { attestedRecently } from '../../../src/appraisal/checks/attested-recently.js';
import { checkTable } from '../check-table.js';
import { attestation, evidence, nowSeconds, quote } from '../evidence-fixture.js';

const withQuote = (overrides: Parameters<typeof quote>[0]): ReturnType<typeof evidence> =>
  evidence({ attestation: attestation({ quote: quote(overrides) }) });
const noQuote = evidence({ attestation: attestation({ quote: undefined }) });

checkTable(attestedRecently, [
  ['a minute ago', evidence(), 'pass'],
  ['as long ago as allowed', withQuote({ takenAtSeconds: nowSeconds - 300 }), 'pass'],
  ['a second longer', withQuote({ takenAtSeconds: nowSeconds - 301 }), { reason: 'ATTESTATION_TOO_OLD' }],
  ['ahead by the clock skew of replicas', withQuote({ takenAtSeconds: nowSeconds + 5 }), 'pass'],
  ['ahead by more', withQuote({ takenAtSeconds: nowSeconds + 6 }), { reason: 'ATTESTATION_TOO_OLD' }],
  ['no quote', noQuote, { reason: 'QUOTE_MISSING', healedBy: 'bob' }],
]);
