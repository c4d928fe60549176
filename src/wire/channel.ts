import { X509Certificate } from 'node:crypto';
import { checkServerIdentity, createSecureContext, type DetailedPeerCertificate, type PeerCertificate } from 'node:tls';
import { credentials, type ChannelCredentials, type ChannelOptions } from '@grpc/grpc-js';
import { AppError, messageOf, type Secret } from '../base/index.js';
import { spkiSha256 } from './binding.js';

export interface ChannelSettings {
  /** Name that the server's certificate must carry; sent as SNI too. */
  readonly serverName: string;
  /** PEM certificates that the server's chain must end in: roots, or intermediates alone as the reference has them. */
  readonly ca: Buffer;
  /** With mTLS: our chain and key, PEM. */
  readonly certificate?: Buffer;
  readonly key?: Secret;
  /** `sha256/<base64 of the SHA-256 of an SPKI>`; one certificate of the verified chain must match one of them. Empty: no pinning. */
  readonly pins: readonly string[];
}

/** A TLS 1.3 channel to the TokenServer that remembers which server key it met. */
export interface Channel {
  readonly credentials: ChannelCredentials;
  readonly options: ChannelOptions;
  /** SHA-256 of the SPKI of the leaf that the last handshake verified: 32 bytes. @throws AppError SERVER_UNREACHABLE before any handshake. */
  serverSpkiSha256(): Buffer;
}

/** Leaf, CAs and root of any sensible chain; a self-signed root ends at this bound, for it is its own issuer. */
const maxChainLength = 8;

const pinPattern = /^sha256\/[A-Za-z0-9+/]{43}=$/;

/**
 * Prepares the channel; nothing is sent yet. With pins, a server whose verified chain matches none of them is refused
 * during the handshake, so no byte of ours reaches it.
 * @throws AppError CONFIG_INVALID when a pin, certificate or key cannot be used.
 */
export function openChannel(settings: ChannelSettings): Channel {
  for (const pin of settings.pins) {
    if (!pinPattern.test(pin)) throw new AppError('CONFIG_INVALID', `--tlsServerPin is sha256/ and 44 characters of base64, not "${pin}"`);
  }
  let leafSpki: Buffer | undefined;
  const verify = (serverName: string, certificate: PeerCertificate): Error | undefined => {
    const mismatch = checkServerIdentity(serverName, certificate);
    if (mismatch !== undefined) return mismatch;
    if (settings.pins.length > 0 && !chainOf(certificate).some((pin) => settings.pins.includes(pin))) {
      return new Error(`no certificate of the server's chain matches --tlsServerPin; it offers ${chainOf(certificate).join(', ')}`);
    }
    leafSpki = spkiSha256(certificate.raw);
    return undefined;
  };
  return {
    credentials: credentials.createFromSecureContext(secureContext(settings), { checkServerIdentity: verify }),
    options: {
      'grpc.ssl_target_name_override': settings.serverName,
      'grpc.default_authority': settings.serverName,
      // A subchannel shared with another Channel object would skip this object's verification.
      'grpc.use_local_subchannel_pool': 1,
    },
    serverSpkiSha256: () => {
      if (leafSpki === undefined) throw new AppError('SERVER_UNREACHABLE', 'there was no TLS handshake with the server yet');
      return leafSpki;
    },
  };
}

function secureContext({ ca, certificate, key }: ChannelSettings): ReturnType<typeof createSecureContext> {
  try {
    new X509Certificate(ca);
    const own = certificate === undefined || key === undefined ? {} : { cert: certificate, key: key.expose() };
    return createSecureContext({ ca, allowPartialTrustChain: true, minVersion: 'TLSv1.3', ...own });
  } catch (error) {
    throw new AppError('CONFIG_INVALID', `the TLS certificates or the key cannot be used: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Pins of the leaf and of every CA above it that really signed what is below it. The peer chooses which certificates it sends,
 * and Node links them by name only: without the look at signatures and at `CA:TRUE`, a server under another CA of the same
 * name could send the pinned certificate along, and the holder of any leaf of the pinned CA could act as a CA.
 */
function chainOf(leaf: PeerCertificate | DetailedPeerCertificate): readonly string[] {
  const pins: string[] = [];
  let current: PeerCertificate | DetailedPeerCertificate | undefined = leaf;
  for (let depth = 0; current?.raw !== undefined && depth < maxChainLength; depth++) {
    pins.push(`sha256/${spkiSha256(current.raw).toString('base64')}`);
    const issuer: PeerCertificate | undefined = 'issuerCertificate' in current ? current.issuerCertificate : undefined;
    current = issuer !== undefined && isIssuedBy(new X509Certificate(current.raw), new X509Certificate(issuer.raw)) ? issuer : undefined;
  }
  return [...new Set(pins)];
}

const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate): boolean =>
  issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
