import { type Check, passIf, skip } from '../../base/index.js';
import type { ChannelEvidence } from '../evidence.js';
import { switchedOff } from '../switched-off.js';

/** The address from which the connection came. Bob chooses his addresses, so it only keeps out others. */
export const peerAddress: Check<ChannelEvidence> = {
  id: 'peer-address',
  question: 'Does the connection come from the approved address?',
  reason: 'PEER_ADDRESS',
  remedy: 'connect from the approved address; or, for Alice, approve this one and start the server with the check on',
  healedBy: 'bob',
  comparesWith: ['peer_address', 'release_policy', 'flag:validatePeerIP'],
  judge: ({ peer, record, server }) => {
    if (record.peer_address === 'any') return skip('the record allows any address');
    if (!server.validatePeerAddress) return switchedOff('validatePeerIP', record);
    return passIf(peer.address === record.peer_address, `connection from ${peer.address}, expected ${record.peer_address}`);
  },
};
