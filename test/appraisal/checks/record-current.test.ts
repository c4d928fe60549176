import { recordCurrent } from '../../../src/appraisal/checks/record-current.js';
import { checkTable } from '../check-table.js';
import { evidence, nowSeconds, record } from '../evidence-fixture.js';

checkTable(recordCurrent, [
  ['in force, with releases left', evidence({ releasesUsed: 2 }), 'pass'],
  [
    'revoked',
    evidence({ revoked: { why: 'laptop lost', atSeconds: nowSeconds - 1 } }),
    { reason: 'APPROVAL_REVOKED', detail: /laptop lost/ },
  ],
  ['not begun', evidence({ nowSeconds: 1624363499 }), { reason: 'APPROVAL_NOT_YET_VALID', healedBy: 'time' }],
  ['at its first second', evidence({ nowSeconds: 1624363500 }), 'pass'],
  ['over', evidence({ record: record({ not_after: new Date(nowSeconds * 1000) }) }), { reason: 'APPROVAL_EXPIRED', healedBy: 'alice' }],
  ['without a clock', evidence({ nowSeconds: Number.NaN }), { reason: 'APPROVAL_NOT_YET_VALID', healedBy: 'time' }],
  ['all releases used', evidence({ releasesUsed: 3 }), { reason: 'RELEASES_USED_UP', healedBy: 'alice' }],
  ['all releases used, but only attesting', evidence({ releasesUsed: 3, purpose: 'attestation' }), 'pass'],
  ['revoked, only attesting', evidence({ revoked: { why: 'x', atSeconds: 1 }, purpose: 'attestation' }), { reason: 'APPROVAL_REVOKED' }],
  ['any number allowed', evidence({ releasesUsed: 999, record: record({ max_releases: 'unlimited' }) }), 'pass'],
]);
