import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Peer } from '../../appraisal/index.js';

/**
 * An IP address in the one form that addresses are compared in: IPv4 inside IPv6 (`::ffff:a.b.c.d`) as IPv4, IPv6 in lower
 * case with its longest run of zeros left out, no zone.
 */
export function normalAddress(address: string): string {
  const bare = address.replace(/%.*$/, '').toLowerCase();
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/.exec(bare)?.[1];
  if (mapped !== undefined) return mapped;
  return isIPv6(bare) ? new URL(`http://[${bare}]/`).hostname.slice(1, -1) : bare;
}

/** The address part of grpc-js's `address:port`; IPv6 comes without brackets. */
export const addressOfPeer = (peer: string): string => normalAddress(peer.replace(/:\d+$/, '').replace(/^\[|\]$/g, ''));

/**
 * What limits count a caller under: an IPv4 address, or the /64 of an IPv6 address, because one subscriber has at least that many
 * (RFC 6177). @param address as `normalAddress` gives it.
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - left.length - right.length }, () => '0');
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`;
}

/** What is known of a connection once its handshake is done. */
export interface Connection {
  readonly peer: Peer;
  /** SPKI hash of the certificate that this connection was shown. */
  readonly serverSpkiSha256: Buffer;
}

/** What Node tells of the certificate at the far end of a TLS socket. */
export interface PeerCertificateLike {
  readonly serialNumber: string;
  readonly raw: Uint8Array;
}

/**
 * Who is at the far end, from the TLS socket alone: nothing that the client wrote into its request counts.
 * @param certificate of a socket whose certificate chain was verified; undefined without mTLS.
 */
export function peerOf(peer: string, certificate: PeerCertificateLike | undefined): Peer {
  return {
    address: addressOfPeer(peer),
    certificate:
      certificate === undefined
        ? undefined
        : {
            serialDecimal: BigInt(`0x${certificate.serialNumber}`).toString(10),
            sha256Hex: createHash('sha256').update(certificate.raw).digest('hex'),
          },
  };
}
