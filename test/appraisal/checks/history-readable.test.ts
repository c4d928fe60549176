import { historyReadable } from '../../../src/appraisal/checks/history-readable.js';
import { absent, forbidden } from '../../../src/facts/index.js';
import { checkTable } from '../check-table.js';
import { arrival } from '../evidence-fixture.js';

checkTable(historyReadable, [
  ['the log was read', arrival(), 'pass'],
  [
    'it may not be read',
    arrival({ history: forbidden('logging.logEntries.list') }),
    { reason: 'PERMISSION_MISSING', healedBy: 'bob', detail: /logEntries/ },
  ],
  ['there is none', arrival({ history: absent }), { reason: 'PERMISSION_MISSING' }],
]);
