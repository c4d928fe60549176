import { instanceRunning } from '../../../src/appraisal/checks/instance-running.js';
import { checkTable } from '../check-table.js';
import { evidence, instance } from '../evidence-fixture.js';

checkTable(instanceRunning, [
  ['running', evidence(), 'pass'],
  ['being made', evidence({ instance: instance({ status: 'PROVISIONING' }) }), { reason: 'INSTANCE_NOT_RUNNING', healedBy: 'time' }],
  ['starting', evidence({ instance: instance({ status: 'STAGING' }) }), { reason: 'INSTANCE_NOT_RUNNING', healedBy: 'time' }],
  ['suspended', evidence({ instance: instance({ status: 'SUSPENDED' }) }), { reason: 'INSTANCE_NOT_RUNNING', healedBy: 'bob' }],
  ['in a state that did not exist before', evidence({ instance: instance({ status: 'PAUSED' }) }), { reason: 'INSTANCE_NOT_RUNNING' }],
]);
