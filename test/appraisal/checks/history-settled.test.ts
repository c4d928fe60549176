import { historySettled } from '../../../src/appraisal/checks/history-settled.js';
import { checkTable } from '../check-table.js';
import { evidence, nowSeconds } from '../evidence-fixture.js';

checkTable(historySettled, [
  ['waited long enough', evidence({ openedAtSeconds: nowSeconds - 120 }), 'pass'],
  ['a second too short', evidence({ openedAtSeconds: nowSeconds - 119 }), { reason: 'SETTLING', healedBy: 'time' }],
  ['opened in the future', evidence({ openedAtSeconds: nowSeconds + 600 }), { reason: 'SETTLING' }],
  ['no clock', evidence({ openedAtSeconds: Number.NaN }), { reason: 'SETTLING' }],
  ['a call that releases nothing', evidence({ openedAtSeconds: nowSeconds, settleRequired: false }), 'skip'],
]);
