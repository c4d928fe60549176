import { type Check, passIf, refuse, skip } from '../../base/index.js';
import type { ChannelEvidence } from '../evidence.js';
import { switchedOff } from '../switched-off.js';

/** Serials are integers (RFC 5280, 4.1.2.2): leading zeros do not count. */
const isSameSerial = (a: string, b: string): boolean => /^\d{1,60}$/.test(a) && /^\d{1,60}$/.test(b) && BigInt(a) === BigInt(b);

/** The serial number of the client certificate of the TLS connection. Two authorities may give the same one, hence also the fingerprint. */
export const peerCertificateSerial: Check<ChannelEvidence> = {
  id: 'peer-certificate-serial',
  question: 'Does the client certificate have the approved serial number?',
  reason: 'PEER_CERTIFICATE_SERIAL',
  remedy: 'connect with the approved client certificate; or, for Alice, approve this one and start the server with the check on',
  healedBy: 'bob',
  comparesWith: ['peer_serial_number', 'release_policy', 'flag:validatePeerSN'],
  judge: ({ peer, record, server }) => {
    if (record.peer_serial_number === 'any') return skip('the record allows any certificate serial');
    if (!server.validatePeerCertificate) return switchedOff('validatePeerSN', record);
    if (peer.certificate === undefined) return refuse('no client certificate', { reason: 'PEER_CERTIFICATE_MISSING' });
    const { serialDecimal } = peer.certificate;
    return passIf(isSameSerial(serialDecimal, record.peer_serial_number), `serial ${serialDecimal}, expected ${record.peer_serial_number}`);
  },
};
