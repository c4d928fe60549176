import { confidentiality } from '../../../src/appraisal/checks/confidentiality.js';
import { checkTable } from '../check-table.js';
import { caller, evidence, instance, record } from '../evidence-fixture.js';

checkTable(confidentiality, [
  ['no confidential VM, as approved', evidence(), 'pass'],
  [
    'a confidential VM of the approved type',
    evidence({
      record: record({ confidential_type: 'SEV_SNP' }),
      caller: caller({ confidentiality: 1 }),
      instance: instance({ confidentialType: 'SEV_SNP' }),
    }),
    'pass',
  ],
  [
    'the token denies it',
    evidence({ record: record({ confidential_type: 'SEV' }), instance: instance({ confidentialType: 'SEV' }) }),
    { reason: 'CONFIDENTIAL_TYPE', detail: /token/ },
  ],
  [
    'Compute denies it',
    evidence({ record: record({ confidential_type: 'SEV' }), caller: caller({ confidentiality: 1 }) }),
    { reason: 'CONFIDENTIAL_TYPE' },
  ],
  [
    'another type',
    evidence({
      record: record({ confidential_type: 'TDX' }),
      caller: caller({ confidentiality: 1 }),
      instance: instance({ confidentialType: 'SEV' }),
    }),
    { reason: 'CONFIDENTIAL_TYPE' },
  ],
  [
    'a type without a name here',
    evidence({
      record: record({ confidential_type: 'SEV' }),
      caller: caller({ confidentiality: 1 }),
      instance: instance({ confidentialType: 'UNKNOWN' }),
    }),
    { reason: 'CONFIDENTIAL_TYPE' },
  ],
  ['a claim that is neither 0 nor 1', evidence({ caller: caller({ confidentiality: 2 }) }), { reason: 'CONFIDENTIAL_TYPE' }],
  [
    'more than was approved is not what was approved',
    evidence({ caller: caller({ confidentiality: 1 }), instance: instance({ confidentialType: 'SEV' }) }),
    { reason: 'CONFIDENTIAL_TYPE' },
  ],
]);
