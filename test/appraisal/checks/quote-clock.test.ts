import { quoteClock } from '../../../src/appraisal/checks/quote-clock.js';
import { checkTable } from '../check-table.js';
import { attestation, b64, evidence, goodQuote, quote, record } from '../evidence-fixture.js';

const withQuote = (overrides: Parameters<typeof quote>[0]): ReturnType<typeof evidence> =>
  evidence({ attestation: attestation({ quote: quote(overrides) }) });
const noQuote = evidence({ attestation: attestation({ quote: undefined }) });
/** TPMS_ATTEST: magic 4, type 2, qualifiedSigner 2 + 34, extraData 2 + 20, clock 8, counters 4 + 4, then `safe`. */
const safeOffset = 80;
const unsafe = b64(goodQuote.attest_b64);
unsafe[safeOffset] = 0;

checkTable(quoteClock, [
  ['the approved boot, the boot of the first quote', evidence(), 'pass'],
  ['the first quote of a session', withQuote({ firstBoot: undefined }), 'pass'],
  [
    'reset since the first quote',
    withQuote({ firstBoot: { resetCount: 1, restartCount: 0 } }),
    { reason: 'BOOT_CHANGED', healedBy: 'bob' },
  ],
  [
    'resumed since the first quote',
    withQuote({ firstBoot: { resetCount: 2, restartCount: 1 } }),
    { reason: 'BOOT_CHANGED', healedBy: 'bob' },
  ],
  [
    'another boot than the approved one',
    evidence({ record: record({ reset_count: 3 }) }),
    { reason: 'BOOT_CHANGED', healedBy: 'alice', detail: /expected 3/ },
  ],
  ['another boot where any is approved', evidence({ record: record({ boot_policy: 'any_boot', reset_count: 3 }) }), 'pass'],
  [
    'any boot, but not the one of the first quote',
    evidence({ ...withQuote({ firstBoot: { resetCount: 1, restartCount: 0 } }), record: record({ boot_policy: 'any_boot' }) }),
    { reason: 'BOOT_CHANGED', healedBy: 'bob' },
  ],
  ['a clock that is not safe', withQuote({ attestation: unsafe }), { reason: 'BOOT_CHANGED', healedBy: 'bob', detail: /safe/ }],
  ['bytes that do not decode', withQuote({ attestation: Buffer.alloc(9) }), { reason: 'BOOT_CHANGED' }],
  ['no quote', noQuote, { reason: 'QUOTE_MISSING', healedBy: 'bob' }],
]);
