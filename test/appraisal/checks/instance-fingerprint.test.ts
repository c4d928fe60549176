import { instanceFingerprint } from '../../../src/appraisal/checks/instance-fingerprint.js';
import { checkTable } from '../check-table.js';
import { evidence, instance } from '../evidence-fixture.js';

checkTable(instanceFingerprint, [
  ['the approved fingerprint', evidence(), 'pass'],
  ['another', evidence({ instance: instance({ fingerprint: 'AAAAAAAAAAA=' }) }), { reason: 'INSTANCE_CHANGED' }],
]);
