import { createHash, X509Certificate } from 'node:crypto';
import { AppError, messageOf } from '../base/index.js';
import { pemBlocks } from './files.js';
import { keyProblem } from './signing-key.js';

/** What a person asks about a certificate. */
export interface Description {
  readonly subject: string;
  readonly issuer: string;
  /** As the subject alternative name says them: `DNS:..., IP Address:...`; absent when there is none. */
  readonly names?: string;
  readonly use: 'CA' | 'server' | 'client' | 'server and client' | 'other';
  readonly serialDecimal: string;
  readonly serialHex: string;
  readonly notBefore: string;
  readonly notAfter: string;
  /** Whole days until notAfter; negative when it is past. */
  readonly daysLeft: number;
  /** SHA-256 over the DER, hexadecimal: what --peerCertificateSha256 takes. */
  readonly fingerprintSha256: string;
  /** SHA-256 over the SubjectPublicKeyInfo: what --tlsServerPin takes. */
  readonly pin: string;
  /** What is wrong with it at this time; empty when nothing is. */
  readonly problems: readonly string[];
}

const serverAuth = '1.3.6.1.5.5.7.3.1';
const clientAuth = '1.3.6.1.5.5.7.3.2';
const msPerDay = 86_400_000;

/**
 * Every certificate of a PEM text, in order.
 * @param what names the text in errors
 * @throws AppError CONFIG_INVALID when there is none, or one does not parse
 */
export function readCertificates(text: string, what: string): readonly X509Certificate[] {
  const blocks = pemBlocks(text, 'CERTIFICATE');
  if (blocks.length === 0) throw new AppError('CONFIG_INVALID', `${what} holds no certificate in PEM`);
  return blocks.map((block, at) => {
    try {
      return new X509Certificate(block);
    } catch (error) {
      throw new AppError('CONFIG_INVALID', `certificate ${at + 1} of ${what} does not parse: ${messageOf(error)}`, { cause: error });
    }
  });
}

/**
 * Describes one certificate. It is not verified against anything.
 * @param minDays fewer days left than this is a problem
 */
export function describe(certificate: X509Certificate, now: Date, minDays: number): Description {
  const notBefore = new Date(certificate.validFrom);
  const notAfter = new Date(certificate.validTo);
  const daysLeft = Math.floor((notAfter.getTime() - now.getTime()) / msPerDay);
  const key = keyProblem(certificate.publicKey);
  return {
    subject: printable(certificate.subject.replaceAll('\n', ', ')),
    issuer: printable(certificate.issuer.replaceAll('\n', ', ')),
    ...(certificate.subjectAltName === undefined ? {} : { names: printable(certificate.subjectAltName) }),
    use: useOf(certificate),
    serialDecimal: BigInt(`0x${certificate.serialNumber}`).toString(),
    serialHex: certificate.serialNumber.toLowerCase(),
    notBefore: notBefore.toISOString(),
    notAfter: notAfter.toISOString(),
    daysLeft,
    fingerprintSha256: createHash('sha256').update(certificate.raw).digest('hex'),
    pin: pinOf(certificate),
    problems: [
      ...(now < notBefore ? ['is not valid yet'] : []),
      ...(now >= notAfter ? ['has expired'] : daysLeft < minDays ? [`has ${daysLeft} days left`] : []),
      ...(key === undefined ? [] : [`its key ${key}`]),
    ],
  };
}

/** `sha256/` and the base64 of the SHA-256 of the SubjectPublicKeyInfo. @see RFC 7469 section 2.4 */
export const pinOf = (certificate: X509Certificate): string =>
  `sha256/${createHash('sha256')
    .update(certificate.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64')}`;

function useOf({ ca, keyUsage }: X509Certificate): Description['use'] {
  if (ca) return 'CA';
  // Node names the extended key usages `keyUsage`; the property is absent when the extension is.
  const usages: readonly string[] = (keyUsage as readonly string[] | undefined) ?? [];
  const [server, client] = [usages.includes(serverAuth), usages.includes(clientAuth)];
  if (server && client) return 'server and client';
  return server ? 'server' : client ? 'client' : 'other';
}

/** Text of others for a terminal: what is not printable ASCII is written as its code point. */
export const printable = (text: string): string =>
  text.replace(/[^\x20-\x7e]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);

/** The description for people: a title and one line for each fact. */
export function descriptionLines(title: string, about: Description): readonly string[] {
  const names = about.names === undefined ? [] : [`  names        ${about.names}`];
  return [
    `${title}: ${about.subject}`,
    ...names,
    `  issued by    ${about.issuer}`,
    `  use          ${about.use}`,
    `  serial       ${about.serialDecimal} (0x${about.serialHex})`,
    `  valid        ${about.notBefore} to ${about.notAfter} (${about.daysLeft} days left)`,
    `  fingerprint  ${about.fingerprintSha256}`,
    `  SPKI pin     ${about.pin}`,
    ...about.problems.map((problem) => `  PROBLEM      ${problem}`),
    '',
  ];
}
