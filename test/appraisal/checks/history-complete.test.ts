import { historyComplete } from '../../../src/appraisal/checks/history-complete.js';
import { checkTable } from '../check-table.js';
import { evidence, history, record } from '../evidence-fixture.js';

const start = { log_name: 'l', timestamp: 't', insert_id: 'i', method: 'v1.compute.instances.start' };

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
  ['read from exactly where the review ended', evidence({ history: { ...history(), from: '2021-06-22T12:04:00Z' } }), 'pass'],
  ['read until exactly the opening of the session', evidence({ history: { ...history(), until: '2021-06-22T12:06:40Z' } }), 'pass'],
  [
    'an end that is no instant',
    evidence({ history: { ...history(), until: 'now' } }),
    { reason: 'HISTORY_INCOMPLETE', detail: /no instant/ },
  ],
  [
    'a review without an instant',
    evidence({ record: record({ history_checked_until: 'now' }) }),
    { reason: 'HISTORY_INCOMPLETE', detail: /no instant/ },
  ],
  [
    'an insert among other approved entries',
    evidence({ record: record({ approved_history: [...record().approved_history, start] }) }),
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
      record: record({ approved_history: [start] }),
    }),
    { reason: 'HISTORY_INCOMPLETE', detail: /insert/ },
  ],
]);
