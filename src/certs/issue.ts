import { randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import type { SigningKey } from './signing-key.js';
import type { Certificate } from './x509.js';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from './x509.js';

/** A certificate and the key that issues others under it. */
export interface Authority {
  readonly certificate: Certificate;
  readonly key: SigningKey;
}

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** What a leaf is for and whom it names. */
export interface Leaf {
  readonly usage: 'server' | 'client';
  readonly commonName: string;
  /** DNS names, IP addresses and URIs, as they go into the subject alternative name. */
  readonly names: readonly string[];
  readonly serial: bigint;
}

/** 127 random bits, never 0: RFC 5280 section 4.1.2.2 wants a positive number of at most 20 bytes. */
export const randomSerial = (): bigint => (BigInt(`0x${randomBytes(16).toString('hex')}`) >> 1n) | 1n;

/**
 * Five minutes early, so that a VM whose clock is a little late still accepts a fresh certificate.
 * @param now ms since the epoch
 */
export function validFor(days: number, now: number): Validity {
  const notBefore = Math.floor(now / 1000) * 1000 - 300_000;
  return { notBefore: new Date(notBefore), notAfter: new Date(notBefore + days * 86_400_000) };
}

/** A root: self-signed, one CA below it. */
export const issueRoot = (commonName: string, key: SigningKey, validity: Validity): Promise<Certificate> =>
  issue({ commonName, serial: randomSerial(), publicKey: key.pair.publicKey, extensions: authority(1) }, undefined, key, validity);

/** A TLS CA: issues leaves and no other CA. */
export const issueTlsCa = (commonName: string, key: SigningKey, by: Authority, validity: Validity): Promise<Certificate> =>
  issue({ commonName, serial: randomSerial(), publicKey: key.pair.publicKey, extensions: authority(0) }, by.certificate, by.key, validity);

/** A leaf for a public key that somebody else may hold. */
export function issueLeaf(leaf: Leaf, publicKey: webcrypto.CryptoKey, by: Authority, validity: Validity): Promise<Certificate> {
  const usage = leaf.usage === 'server' ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth;
  const names = leaf.names.length === 0 ? [] : [alternativeNames(leaf.names)];
  const extensions = [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([usage]),
    ...names,
  ];
  return issue({ commonName: leaf.commonName, serial: leaf.serial, publicKey, extensions }, by.certificate, by.key, validity);
}

/** The names as a subject alternative name: addresses, URIs, and the rest as DNS names. */
export const alternativeNames = (names: readonly string[]): SubjectAlternativeNameExtension =>
  new SubjectAlternativeNameExtension(
    names.map((value) => ({
      type: isIP(value) !== 0 ? ('ip' as const) : value.includes('://') ? ('url' as const) : ('dns' as const),
      value,
    })),
  );

const authority = (pathLength: number): readonly (BasicConstraintsExtension | KeyUsagesExtension)[] => [
  new BasicConstraintsExtension(true, pathLength, true),
  new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
];

interface Subject {
  readonly commonName: string;
  readonly serial: bigint;
  readonly publicKey: webcrypto.CryptoKey;
  readonly extensions: readonly (
    BasicConstraintsExtension | KeyUsagesExtension | ExtendedKeyUsageExtension | SubjectAlternativeNameExtension
  )[];
}

/** Signs one certificate; without an issuer the subject is its own. */
async function issue(subject: Subject, issuer: Certificate | undefined, key: SigningKey, validity: Validity): Promise<Certificate> {
  const issuerKeyId =
    issuer === undefined
      ? await AuthorityKeyIdentifierExtension.create(subject.publicKey, false, webcrypto)
      : await AuthorityKeyIdentifierExtension.create(issuer.publicKey, false, webcrypto);
  const name = commonNameOnly(subject.commonName);
  return X509CertificateGenerator.create(
    {
      ...validity,
      serialNumber: hexOf(subject.serial),
      subject: name,
      issuer: issuer?.subjectName ?? name,
      publicKey: subject.publicKey,
      signingKey: key.pair.privateKey,
      signingAlgorithm: key.algorithm,
      extensions: [...subject.extensions, await SubjectKeyIdentifierExtension.create(subject.publicKey, false, webcrypto), issuerKeyId],
    },
    webcrypto,
  );
}

/** A distinguished name with a common name and nothing else. */
export const commonNameOnly = (commonName: string): Name => new Name([{ CN: [{ utf8String: commonName }] }]);

/** Big-endian bytes of a positive INTEGER: a leading zero byte keeps the sign bit clear. */
function hexOf(serial: bigint): string {
  const digits = serial.toString(16);
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  return Number.parseInt(even.slice(0, 2), 16) >= 0x80 ? `00${even}` : even;
}
