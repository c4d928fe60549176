import { quotePcrSelection } from '../../../src/appraisal/checks/quote-pcr-selection.js';
import type { AllowedPcrs } from '../../../src/tpm/index.js';
import { checkTable } from '../check-table.js';
import { attestation, b64, evidence, quote, quoteVector, record, server } from '../evidence-fixture.js';

const zero = Buffer.alloc(32);
const pcrs = (...registers: readonly (readonly [number, readonly Buffer[]])[]): AllowedPcrs => new Map([['sha256', new Map(registers)]]);
const noQuote = evidence({ attestation: attestation({ quote: undefined }) });
function vector(name: string): ReturnType<typeof evidence> {
  const { attest_b64: attest, signature_tpmt_b64: signature } = quoteVector(name);
  return evidence({ attestation: attestation({ quote: quote({ attestation: b64(attest), signature: b64(signature) }) }) });
}

checkTable(quotePcrSelection, [
  ['exactly the registers of the record', evidence(), 'pass'],
  ['a register more', vector('pcr04578_superset'), { reason: 'PCR_SELECTION_MISMATCH' }],
  ['a register less', vector('pcr0_only_after_extends'), { reason: 'PCR_SELECTION_MISMATCH' }],
  ['another bank', vector('pcr047_sha1bank'), { reason: 'PCR_SELECTION_MISMATCH' }],
  ['no register', vector('empty_selection'), { reason: 'PCR_SELECTION_MISMATCH' }],
  [
    'a register that only the flags name',
    evidence({ server: server({ requiredPcrs: pcrs([8, [zero]]) }) }),
    { reason: 'PCR_SELECTION_MISMATCH' },
  ],
  [
    'no policy at all',
    evidence({ record: record({ release_policy: 'identity', pcr_policy: undefined }) }),
    { reason: 'PCR_SELECTION_MISMATCH' },
  ],
  [
    'no policy at all, no register quoted',
    evidence({ ...vector('empty_selection'), record: record({ release_policy: 'identity', pcr_policy: undefined }) }),
    { reason: 'PCR_SELECTION_MISMATCH' },
  ],
  ['no policy while observing', evidence({ record: record({ release_policy: 'observe', pcr_policy: undefined }) }), 'skip'],
  [
    'a policy while observing',
    evidence({ ...vector('pcr0_only_after_extends'), record: record({ release_policy: 'observe' }) }),
    { reason: 'PCR_SELECTION_MISMATCH' },
  ],
  ['no quote', noQuote, { reason: 'QUOTE_MISSING', healedBy: 'bob' }],
]);
