import { instanceMembersKnown } from '../../../src/appraisal/checks/instance-members-known.js';
import { checkTable } from '../check-table.js';
import { evidence, instance, record } from '../evidence-fixture.js';

checkTable(instanceMembersKnown, [
  ['nothing unknown', evidence(), 'pass'],
  [
    'an unknown member',
    evidence({ instance: instance({ unknownMembers: ['remoteHands'] }) }),
    { reason: 'INSTANCE_MEMBER_UNKNOWN', healedBy: 'alice', detail: /remoteHands/ },
  ],
  [
    'one that Alice exempted',
    evidence({
      instance: instance({ unknownMembers: ['remoteHands'] }),
      record: record({ waived_findings: ['instance-member:remoteHands'] }),
    }),
    'pass',
  ],
  [
    'another than Alice exempted',
    evidence({
      instance: instance({ unknownMembers: ['remoteHands', 'x'] }),
      record: record({ waived_findings: ['instance-member:remoteHands'] }),
    }),
    { reason: 'INSTANCE_MEMBER_UNKNOWN' },
  ],
]);
