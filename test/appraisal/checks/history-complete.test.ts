import { historyComplete } from '../../../src/appraisal/checks/history-complete.js';
import { checkTable } from '../check-table.js';
import { evidence, history, record } from '../evidence-fixture.js';

checkTable(historyComplete, [
  ['all pages, from before the review on, past the opening of the session', evidence(), 'pass'],
  [
    'ended by the page limit',
    evidence({ history: { ...history(), complete: false } }),
    { reason: 'HISTORY_INCOMPLETE', detail: /page limit/ },
  ],
  [
    'a gap after the review',
    evidence({ history: { ...history(), from: '2021-06-22T12:04:00.001Z' } }),
    { reason: 'HISTORY_INCOMPLETE', detail: /read from/ },
  ],
  [
    'read before the session was opened',
    evidence({ history: { ...history(), until: '2021-06-22T12:06:39Z' } }),
    { reason: 'HISTORY_INCOMPLETE', detail: /before the session/ },
  ],
  [
    'the same for a call that releases nothing',
    evidence({ history: { ...history(), until: '2021-06-22T12:06:39Z' }, settleRequired: false }),
    'pass',
  ],
  [
    'bounds that are no instants',
    evidence({ history: { ...history(), from: '' } }),
    { reason: 'HISTORY_INCOMPLETE', detail: /no instant/ },
  ],
  [
    'no insert in the record',
    evidence({
      record: record({ approved_history: [{ log_name: 'l', timestamp: 't', insert_id: 'i', method: 'v1.compute.instances.start' }] }),
    }),
    { reason: 'HISTORY_INCOMPLETE', detail: /insert/ },
  ],
]);
