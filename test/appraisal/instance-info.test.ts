import { X509Certificate } from 'node:crypto';
import { instanceInfoIn } from '../../src/appraisal/instance-info.js';
import certificates from '../vectors/key-certificates.json';

const raw = (name: keyof typeof certificates): Buffer => new X509Certificate(certificates[name]).raw;
const good = raw('ek');
const info = { zone: 'us-central1-a', projectNumber: '634665912513', projectId: 'tc-4f4f5a70', instanceId: '8939838129032687278' };
const oid = '2b06010401d679020115';

/** A certificate as far as it is read: outer, signed part, version, extensions. X.690: definite lengths below 128. */
const tlv = (tag: string, ...parts: readonly string[]): string => {
  const body = parts.join('');
  return tag + (body.length / 2).toString(16).padStart(2, '0') + body;
};
const utf8 = (text: string): string => tlv('0c', Buffer.from(text).toString('hex'));
const certificate = (...extensions: readonly string[]): Buffer =>
  Buffer.from(tlv('30', tlv('30', tlv('a0', '020102'), tlv('a3', tlv('30', ...extensions)))), 'hex');
const said = (...parts: readonly string[]): string => tlv('30', tlv('06', oid), tlv('04', tlv('30', ...parts)));
const number = '020105';
const short = said(utf8('z'), number, utf8('p'), '020180'.replace('80', '07'));

test('reads what OpenSSL wrote, with ids of 64 bits', () => {
  expect(instanceInfoIn(good)).toEqual(info);
  expect(instanceInfoIn(raw('ek_high_id'))).toEqual({ ...info, instanceId: '18446744073709551615' });
});

test('a certificate without the extension, or with another one of Google, says nothing', () => {
  expect(instanceInfoIn(raw('ek_without_info'))).toBeUndefined();
  expect(instanceInfoIn(raw('ek_other_extension'))).toBeUndefined();
  expect(instanceInfoIn(certificate())).toBeUndefined();
});

test('an extension without an id, or whose id is the right bytes of another type, is another extension', () => {
  const value = tlv('04', tlv('30', utf8('z'), number, utf8('p'), number));
  expect(instanceInfoIn(certificate(tlv('30')))).toBeUndefined();
  expect(instanceInfoIn(certificate(tlv('30', tlv('04', oid), value)))).toBeUndefined();
});

test('a last element without content is read: an empty instance name', () => {
  const nameless = said(utf8('z'), number, utf8('p'), number, utf8(''));
  expect(instanceInfoIn(certificate(nameless))).toEqual({ zone: 'z', projectNumber: '5', projectId: 'p', instanceId: '5' });
});

test('a certificate in the fewest bytes, the extension marked critical or not', () => {
  const expected = { zone: 'z', projectNumber: '5', projectId: 'p', instanceId: '7' };
  expect(instanceInfoIn(certificate(short))).toEqual(expected);
  const critical = tlv('30', tlv('06', oid), '0101ff', tlv('04', tlv('30', utf8('z'), number, utf8('p'), '020107')));
  expect(instanceInfoIn(certificate(critical))).toEqual(expected);
});

test.each<[string, Buffer]>([
  ['no bytes', Buffer.alloc(0)],
  ['one byte', Buffer.from('30', 'hex')],
  ['no sequence', Buffer.from(tlv('31', tlv('30', '020102')), 'hex')],
  ['no signed part', Buffer.from(tlv('30', '020102'), 'hex')],
  ['a signed part with a length beyond its end', Buffer.from(tlv('30', tlv('30', 'a005')), 'hex')],
  ['a signed part that ends inside of a length', Buffer.from(tlv('30', tlv('30', 'a08200')), 'hex')],
  ['a signed part with a length of three bytes', Buffer.from(tlv('30', tlv('30', 'a083000000')), 'hex')],
  ['the extension twice', certificate(short, short)],
  ['no value', certificate(tlv('30', tlv('06', oid)))],
  ['a value that is no octet string', certificate(tlv('30', tlv('06', oid), tlv('03', tlv('30', utf8('z')))))],
  ['a set in place of the sequence', certificate(tlv('30', tlv('06', oid), tlv('04', tlv('31', utf8('z'), number, utf8('p'), number))))],
  ['no instance id', certificate(said(utf8('z'), number, utf8('p')))],
  ['an empty zone', certificate(said(utf8(''), number, utf8('p'), number))],
  ['an empty integer', certificate(said(utf8('z'), '0200', utf8('p'), number))],
  ['a negative integer', certificate(said(utf8('z'), number, utf8('p'), '020180'))],
  ['a text of another kind', certificate(said(tlv('16', '7a'), number, utf8('p'), number))],
  ['a text in place of an integer', certificate(said(utf8('z'), utf8('5'), utf8('p'), number))],
  ['a length beyond its end', certificate(tlv('30', tlv('06', oid), tlv('04', '3005')))],
])('%s: malformed, and no crash', (_name, bytes) => {
  expect(instanceInfoIn(bytes)).toBe('malformed');
});

test('lengths of two bytes are read, those of none, three or more are not', () => {
  const long = (length: string): Buffer => Buffer.from(`30${length}${tlv('30', tlv('a0', '020102'))}`, 'hex');
  expect([long('07'), long('8107'), long('820007')].map(instanceInfoIn)).toEqual([undefined, undefined, undefined]);
  expect([long('80'), long('83000007'), long('8400000007'), long('8208')].map(instanceInfoIn)).toEqual(Array(4).fill('malformed'));
});

test('the indefinite length of BER is none, also where 128 bytes follow', () => {
  const content = tlv('30', tlv('a0', '020102'), tlv('04', '00'.repeat(119)));
  expect(content).toHaveLength(2 * 128);
  expect(instanceInfoIn(Buffer.from(`308180${content}`, 'hex'))).toBeUndefined();
  expect(instanceInfoIn(Buffer.from(`3080${content}`, 'hex'))).toBe('malformed');
});

test('a certificate that is cut anywhere before its extensions end never gives another VM', () => {
  for (let length = 0; length < good.length; length++) expect(instanceInfoIn(good.subarray(0, length))).toBe('malformed');
});
