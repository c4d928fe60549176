// The little of DER (ITU-T X.690) and of X.509 (RFC 5280) that a certificate chain needs. Writing only: nothing is parsed here.
import { createHash, createPublicKey, sign } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';

/** One DER element: tag, length, content. */
export function element(tag, ...parts) {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const length = Buffer.from(content.length.toString(16).padStart(content.length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, content]);
}

const sequence = (...parts) => element(0x30, ...parts);
const octets = (bytes) => element(0x04, bytes);
const bits = (bytes, unused = 0) => element(0x03, Buffer.from([unused]), bytes);
const boolean = (value) => element(0x01, Buffer.from([value ? 0xff : 0x00]));

/** A non-negative INTEGER; a leading zero byte keeps the sign bit clear. */
export function integer(value) {
  const digits = value.toString(16);
  const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  return element(0x02, bytes[0] >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

/** OBJECT IDENTIFIER from its dotted form. */
export function oid(dotted) {
  const [first, second, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) groups.unshift(0x80 | (left & 0x7f));
    bytes.push(...groups);
  }
  return element(0x06, Buffer.from(bytes));
}

/** UTCTime up to 2049, GeneralizedTime after (RFC 5280 section 4.1.2.5). */
function time(date) {
  const text = date.toISOString().replace(/[-:T]|\.\d{3}/g, '');
  return date.getUTCFullYear() < 2050 ? element(0x17, Buffer.from(text.slice(2))) : element(0x18, Buffer.from(text));
}

const name = (commonName) => sequence(element(0x31, sequence(oid('2.5.4.3'), element(0x0c, Buffer.from(commonName)))));
const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));
const spki = (key) => createPublicKey(key).export({ type: 'spki', format: 'der' });
const extension = (id, critical, value) => sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value));
const keyId = (key) => createHash('sha256').update(spki(key)).digest().subarray(0, 20);

function ipBytes(address) {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail = ''] = address.split('::');
  const groups = (text) => text.split(':').filter((group) => group !== '');
  const [left, right] = [groups(head), groups(tail)];
  const all = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

const alternativeName = (host) => (isIPv4(host) || isIPv6(host) ? element(0x87, ipBytes(host)) : element(0x82, Buffer.from(host, 'ascii')));

function extensionsOf(subject, issuerKey) {
  const list = [
    extension('2.5.29.19', true, subject.ca === undefined ? sequence() : sequence(boolean(true), integer(subject.ca.pathLength))),
  ];
  // keyCertSign and cRLSign for a CA, digitalSignature for a leaf (bit 0 is the highest bit).
  list.push(extension('2.5.29.15', true, subject.ca === undefined ? bits(Buffer.from([0x80]), 7) : bits(Buffer.from([0x06]), 1)));
  if (subject.usage !== undefined) list.push(extension('2.5.29.37', false, sequence(oid(subject.usage))));
  if (subject.hosts !== undefined) list.push(extension('2.5.29.17', false, sequence(...subject.hosts.map(alternativeName))));
  list.push(extension('2.5.29.14', false, octets(keyId(subject.key))));
  list.push(extension('2.5.29.35', false, sequence(element(0x80, keyId(issuerKey)))));
  return element(0xa3, sequence(...list));
}

export const serverAuth = '1.3.6.1.5.5.7.3.1';
export const clientAuth = '1.3.6.1.5.5.7.3.2';

/**
 * One X.509 v3 certificate in DER, signed with ECDSA P-256 and SHA-256.
 * @param subject {commonName, key (private), serial (BigInt), notBefore, notAfter, ca?: {pathLength}, usage?: oid, hosts?: string[]}
 * @param issuer {commonName, key (private)}; the subject itself for a root.
 */
export function certificate(subject, issuer) {
  const tbs = sequence(
    element(0xa0, integer(2n)),
    integer(subject.serial),
    ecdsaWithSha256,
    name(issuer.commonName),
    sequence(time(subject.notBefore), time(subject.notAfter)),
    name(subject.commonName),
    spki(subject.key),
    extensionsOf(subject, issuer.key),
  );
  return sequence(tbs, ecdsaWithSha256, bits(sign('sha256', tbs, issuer.key)));
}
