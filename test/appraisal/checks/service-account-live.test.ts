import { serviceAccountLive } from '../../../src/appraisal/checks/service-account-live.js';
import { checkTable } from '../check-table.js';
import { evidence, instance } from '../evidence-fixture.js';

checkTable(serviceAccountLive, [
  ['the approved account', evidence(), 'pass'],
  [
    'another account',
    evidence({ instance: instance({ serviceAccounts: [{ email: 'x@y', scopes: [] }] }) }),
    { reason: 'SERVICE_ACCOUNT_CHANGED' },
  ],
  ['no account', evidence({ instance: instance({ serviceAccounts: [] }) }), { reason: 'SERVICE_ACCOUNT_CHANGED' }],
  [
    'a second account',
    evidence({ instance: instance({ serviceAccounts: [...instance().serviceAccounts, { email: 'x@y', scopes: [] }] }) }),
    { reason: 'SERVICE_ACCOUNT_CHANGED' },
  ],
]);
