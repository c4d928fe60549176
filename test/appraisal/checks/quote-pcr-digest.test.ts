import { quotePcrDigest } from '../../../src/appraisal/checks/quote-pcr-digest.js';
import type { AllowedPcrs } from '../../../src/tpm/index.js';
import { checkTable } from '../check-table.js';
import { attestation, evidence, goodQuote, record, server } from '../evidence-fixture.js';

const zero = Buffer.alloc(32);
const pcrs = (...registers: readonly (readonly [number, readonly Buffer[]])[]): AllowedPcrs => new Map([['sha256', new Map(registers)]]);
const noQuote = evidence({ attestation: attestation({ quote: undefined }) });
const policy = record().pcr_policy?.sha256 ?? {};
const value = (index: number): Buffer => Buffer.from(goodQuote.pcr_values.find(({ pcr }) => pcr === index)!.value_hex, 'hex');

checkTable(quotePcrDigest, [
  ['one of the allowed values each', evidence(), 'pass'],
  [
    'a value that the record does not allow',
    evidence({ record: record({ pcr_policy: { sha256: { ...policy, '7': ['00'.repeat(32)] } } }) }),
    { reason: 'PCR_VALUE_NOT_ALLOWED', healedBy: 'alice' },
  ],
  ['a value that the flags allow too', evidence({ server: server({ requiredPcrs: pcrs([0, [zero, value(0)]]) }) }), 'pass'],
  [
    'a value that the flags do not allow',
    evidence({ server: server({ requiredPcrs: pcrs([0, [zero]]) }) }),
    { reason: 'PCR_VALUE_NOT_ALLOWED' },
  ],
  [
    'a value that only the flags allow',
    evidence({
      record: record({ pcr_policy: { sha256: { ...policy, '0': ['00'.repeat(32)] } } }),
      server: server({ requiredPcrs: pcrs([0, [value(0)]]) }),
    }),
    { reason: 'PCR_VALUE_NOT_ALLOWED' },
  ],
  [
    'values by the flags alone',
    evidence({
      record: record({ release_policy: 'identity', pcr_policy: undefined }),
      server: server({ requiredPcrs: pcrs([0, [value(0)]], [4, [value(4)]], [7, [value(7)]]) }),
    }),
    'pass',
  ],
  [
    'other values by the flags alone',
    evidence({
      record: record({ release_policy: 'identity', pcr_policy: undefined }),
      server: server({ requiredPcrs: pcrs([0, [value(0)]], [4, [value(4)]], [7, [zero]]) }),
    }),
    { reason: 'PCR_VALUE_NOT_ALLOWED' },
  ],
  [
    'no policy at all',
    evidence({ record: record({ release_policy: 'identity', pcr_policy: undefined }) }),
    { reason: 'PCR_VALUE_NOT_ALLOWED' },
  ],
  ['no policy while observing', evidence({ record: record({ release_policy: 'observe', pcr_policy: undefined }) }), 'skip'],
  ['no quote', noQuote, { reason: 'QUOTE_MISSING', healedBy: 'bob' }],
]);
