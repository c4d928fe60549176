import { peerAddress } from '../../../src/appraisal/checks/peer-address.js';
import { checkTable } from '../check-table.js';
import { evidence, record, server } from '../evidence-fixture.js';

checkTable(peerAddress, [
  ['the approved address', evidence(), 'pass'],
  ['another address', evidence({ peer: { address: '192.0.2.7', certificate: undefined } }), { reason: 'PEER_ADDRESS', healedBy: 'bob' }],
  ['any address, as the record says', evidence({ record: record({ peer_address: 'any' }) }), 'skip'],
  [
    'switched off for an identity record',
    evidence({ server: server({ validatePeerAddress: false }), record: record({ release_policy: 'identity' }) }),
    'skip',
  ],
  [
    'switched off for an attested record',
    evidence({ server: server({ validatePeerAddress: false }) }),
    { reason: 'VALIDATION_DISABLED', healedBy: 'alice', detail: /validatePeerIP/ },
  ],
  [
    'nothing to switch off where the record allows any',
    evidence({ server: server({ validatePeerAddress: false }), record: record({ peer_address: 'any' }) }),
    'skip',
  ],
]);
