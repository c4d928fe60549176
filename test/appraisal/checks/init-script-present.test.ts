import { initScriptPresent } from '../../../src/appraisal/checks/init-script-present.js';
import { checkTable } from '../check-table.js';
import { evidence, instance } from '../evidence-fixture.js';

checkTable(initScriptPresent, [
  ['user-data is there', evidence(), 'pass'],
  [
    'no user-data',
    evidence({ instance: instance({ metadata: new Map([['startup-script', 'true']]) }) }),
    { reason: 'INIT_SCRIPT_MISSING' },
  ],
  [
    'a key without a value',
    evidence({ instance: instance({ metadata: new Map([['user-data', undefined]]) }) }),
    { reason: 'INIT_SCRIPT_MISSING' },
  ],
  ['empty', evidence({ instance: instance({ metadata: new Map([['user-data', '']]) }) }), { reason: 'INIT_SCRIPT_MISSING' }],
]);
