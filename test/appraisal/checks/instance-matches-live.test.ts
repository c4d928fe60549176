import { instanceMatchesLive } from '../../../src/appraisal/checks/instance-matches-live.js';
import { checkTable } from '../check-table.js';
import { evidence, instance, record } from '../evidence-fixture.js';

checkTable(instanceMatchesLive, [
  ['the approved VM', evidence(), 'pass'],
  ['the same instant written in another zone', evidence({ instance: instance({ creationTimestamp: '2021-06-22T11:57:59.255Z' }) }), 'pass'],
  ['another id', evidence({ instance: instance({ id: '1' }) }), { reason: 'INSTANCE_MISMATCH', detail: /^id/ }],
  ['another name', evidence({ instance: instance({ name: 'other' }) }), { reason: 'INSTANCE_MISMATCH', detail: /^name/ }],
  ['another zone', evidence({ instance: instance({ zone: 'us-central1-b' }) }), { reason: 'INSTANCE_MISMATCH', detail: /^zone/ }],
  [
    'created a millisecond later',
    evidence({ instance: instance({ creationTimestamp: '2021-06-22T04:57:59.256-07:00' }) }),
    { reason: 'INSTANCE_MISMATCH', detail: /created/ },
  ],
  [
    'instants that are none on both sides',
    evidence({ instance: instance({ creationTimestamp: 'x' }), record: record({ instance_created_at: 'x' }) }),
    { reason: 'INSTANCE_MISMATCH' },
  ],
]);
