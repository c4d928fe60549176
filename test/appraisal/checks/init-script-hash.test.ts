import { initScriptHash } from '../../../src/appraisal/checks/init-script-hash.js';
import { checkTable } from '../check-table.js';
import { evidence, instance, userData } from '../evidence-fixture.js';

const withUserData = (value: string | undefined): ReturnType<typeof instance> => instance({ metadata: new Map([['user-data', value]]) });

checkTable(initScriptHash, [
  ['the approved bytes', evidence(), 'pass'],
  ['one byte less: nothing is trimmed', evidence({ instance: withUserData(userData.trimEnd()) }), { reason: 'INIT_SCRIPT_CHANGED' }],
  ['a byte order mark in front', evidence({ instance: withUserData(`\ufeff${userData}`) }), { reason: 'INIT_SCRIPT_CHANGED' }],
  ['no user-data', evidence({ instance: withUserData(undefined) }), { reason: 'INIT_SCRIPT_CHANGED' }],
]);
