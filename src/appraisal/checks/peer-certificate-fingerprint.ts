import { type Check, passIf, refuse, skip } from '../../base/index.js';
import type { ChannelEvidence } from '../evidence.js';
import { switchedOff } from '../switched-off.js';

/** SHA-256 over the whole client certificate (DER): unlike a serial number, nobody else can have it. */
export const peerCertificateFingerprint: Check<ChannelEvidence> = {
  id: 'peer-certificate-fingerprint',
  question: 'Is the client certificate an approved one, byte for byte?',
  reason: 'PEER_CERTIFICATE_FINGERPRINT',
  remedy: 'connect with the approved client certificate; or, for Alice, approve this one and start the server with the check on',
  healedBy: 'bob',
  comparesWith: ['peer_certificate_sha256', 'release_policy', 'flag:validatePeerSN'],
  judge: ({ peer, record, server }) => {
    const approved: readonly string[] = record.peer_certificate_sha256;
    if (approved.length === 1 && approved[0] === 'any') return skip('the record allows any certificate');
    if (!server.validatePeerCertificate) return switchedOff('validatePeerSN', record);
    if (peer.certificate === undefined) return refuse('no client certificate', { reason: 'PEER_CERTIFICATE_MISSING' });
    const { sha256Hex } = peer.certificate;
    return passIf(
      /^[0-9a-f]{64}$/.test(sha256Hex) && approved.includes(sha256Hex),
      `certificate ${sha256Hex}, expected ${approved.join(' or ')}`,
    );
  },
};
