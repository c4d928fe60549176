import crypto, { createPublicKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { ekPublicFromSpki, encodePublic } from '../../src/tpm/index.js';
import { vectors, type KeysFile } from './support/vectors.js';

// EKs as nearly all are written are read without OpenSSL. Whatever the text is, OpenSSL must read the same in it, or refuse it too.

const rsa = (modulusLength = 2048, publicExponent = 0x10001): Buffer =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent }).publicKey.export({ type: 'spki', format: 'der' });
const usual = rsa();

const inLines = (base64: string, width = 64): string => base64.replace(new RegExp(`.{1,${width}}`, 'g'), '$&\n');
const pemOf = (body: string, label = 'PUBLIC KEY'): string => `-----BEGIN ${label}-----\n${body}-----END ${label}-----\n`;
const pem = (der: Uint8Array): string => pemOf(inLines(Buffer.from(der).toString('base64')));

const outcomeOf = (read: () => Buffer): string => {
  try {
    return read().toString('hex');
  } catch {
    return 'refused';
  }
};
const ours = (text: string): string => outcomeOf(() => encodePublic(ekPublicFromSpki(text)));
const openssl = (text: string): string => outcomeOf(() => encodePublic(ekPublicFromSpki(createPublicKey(text))));

/** Where the modulus lies in the SPKI of an RSA-2048 key: it is preceded by a zero. */
const modulusAt = usual.indexOf(Buffer.from('0282010100', 'hex')) + 5;
const edited = (offset: number, bytes: readonly number[]): Buffer => {
  const der = Buffer.from(usual);
  der.set(bytes, offset);
  return der;
};
const base64 = usual.toString('base64');
const body = inLines(base64);
const at = (index: number, inserted: string): string => base64.slice(0, index) + inserted + base64.slice(index);

it('each of many keys is read as OpenSSL reads it, as Node writes it and without a last line end', () => {
  const moduli = Array.from({ length: 4 }, () => rsa());
  // Any modulus: whether it is a product of two primes is not looked at, and its first bit is what counts.
  const filled = [0x00, 0x7f, 0x80, 0xff].map((byte) =>
    edited(
      modulusAt,
      Array.from({ length: 256 }, () => byte),
    ),
  );
  for (const der of [...moduli, ...filled]) {
    const text = pem(der);
    expect(ours(text)).toBe(openssl(text));
    expect(ours(text.trimEnd())).toBe(openssl(text.trimEnd()));
  }
  for (const der of moduli) expect(ours(pem(der))).toContain(der.subarray(modulusAt, modulusAt + 256).toString('hex'));
});

it('a key as it is usually written takes no OpenSSL, with or without a last line end, whatever its modulus', () => {
  let calls = 0;
  const counted: typeof createPublicKey = (key) => {
    calls++;
    return createPublicKey(key);
  };
  const real = crypto.createPublicKey;
  Reflect.set(crypto, 'createPublicKey', counted);
  try {
    // 0x80 is the least first byte of a modulus of this length, 0xff the greatest.
    const texts = [usual, edited(modulusAt, [0x80]), edited(modulusAt, [0xff])].map(pem);
    for (const text of texts) {
      ekPublicFromSpki(text);
      ekPublicFromSpki(text.trimEnd());
    }
    expect(calls).toBe(0);
    ekPublicFromSpki(pemOf(`${base64}\n`));
    expect(calls).toBe(1);
  } finally {
    Reflect.set(crypto, 'createPublicKey', real);
  }
});

it.each<[string, string]>([
  ['lines that end in CRLF', pem(usual).replaceAll('\n', '\r\n')],
  ['a single CR', pem(usual).replace('\n', '\r')],
  ['one line', pemOf(`${base64}\n`)],
  ['lines of 76', pemOf(inLines(base64, 76))],
  ['lines of 32', pemOf(inLines(base64, 32))],
  ['lines of unequal length', pemOf(`${inLines(base64.slice(0, 100), 50)}${inLines(base64.slice(100), 73)}`)],
  ['no line end before its foot', pem(usual).replace('\n-----END', '-----END')],
  ['an empty line before its body', pemOf(`\n${body}`)],
  ['an empty line in its body', pemOf(body.replace('\n', '\n\n'))],
  ['an empty line after its body', pemOf(`${body}\n`)],
  ['many empty lines', pemOf(body.replaceAll('\n', '\n\n'))],
  ['text before it', `an endorsement key\n${pem(usual)}`],
  ['text after it', `${pem(usual)}and more`],
  ['an empty line after it', `${pem(usual)}\n`],
  ['another key after it', pem(usual) + pem(rsa())],
  ['another key before it', pem(rsa()) + pem(usual)],
  ['spaces before its lines', pem(usual).replaceAll('\n', '\n ')],
  ['spaces after its lines', pem(usual).replaceAll('\n', ' \n')],
  ['a space in its body', pemOf(inLines(at(100, ' ')))],
  ['a character of no alphabet', pemOf(inLines(at(100, '*')))],
  ['the alphabet of URLs', pemOf(inLines(base64.replaceAll('+', '-').replaceAll('/', '_')))],
  ['padding in the middle', pemOf(inLines(at(200, '=')))],
  ['padding in the middle, four of it', pemOf(inLines(at(200, '====')))],
  ['padding at its end', pemOf(inLines(`${base64}==`))],
  ['a group of padding at its end', pemOf(inLines(`${base64}====`))],
  ['a character less', pemOf(inLines(base64.slice(0, -1)))],
  ['a character more', pemOf(inLines(`${base64}A`))],
  ['an attribute in front of its body', pemOf(`Proc-Type: 4,ENCRYPTED\n\n${body}`)],
  ['another foot', pem(usual).replace('END PUBLIC KEY', 'END RSA PUBLIC KEY')],
  ['the label of a certificate', pemOf(body, 'CERTIFICATE')],
  ['the label of a private key', pemOf(body, 'PRIVATE KEY')],
  ['the label of an RSA public key', pemOf(body, 'RSA PUBLIC KEY')],
  ['exponent 3', pem(rsa(2048, 3))],
  ['exponent 65539, in as many bytes', pem(edited(usual.length - 1, [3]))],
  ['an exponent of another type', pem(edited(usual.length - 5, [4]))],
  ['1024 bits', pem(rsa(1024))],
  ['2040 bits', pem(rsa(2040))],
  ['2056 bits', pem(rsa(2056))],
  ['3072 bits', pem(rsa(3072))],
  ['a modulus whose first bit is clear', pem(edited(modulusAt, [0x7f]))],
  ['a modulus that begins with a zero', pem(edited(modulusAt, [0, 0x80]))],
  ['a modulus without a zero before it', pem(edited(modulusAt - 1, [1]))],
  ['an even modulus', pem(edited(modulusAt + 255, [0x10]))],
  ['DER after its end', pem(Buffer.concat([usual, Buffer.from('0500', 'hex')]))],
  ['a zero after its end', pem(Buffer.concat([usual, Buffer.alloc(3)]))],
  ['a last byte missing', pem(usual.subarray(0, -1))],
  ['another algorithm: RSASSA-PSS', pem(edited(usual.indexOf(Buffer.from('0101010500', 'hex')) + 2, [10]))],
  ['parameters that are not NULL', pem(edited(usual.indexOf(Buffer.from('0101010500', 'hex')) + 3, [4]))],
  ['unused bits in its bit string', pem(edited(usual.indexOf(Buffer.from('0382010f00', 'hex')) + 4, [1]))],
])('a key with %s is read as OpenSSL reads it, or refused as it refuses it', (_name, text) => {
  expect(ours(text)).toBe(openssl(text));
});

it('a key that OpenSSL reads and that has more than one spelling is one public area', () => {
  const expected = openssl(pem(usual));
  expect(expected).not.toBe('refused');
  for (const width of [32, 64, 76]) expect(ours(pemOf(inLines(base64, width)))).toBe(expected);
});

it('an EK of a real TPM is read as OpenSSL reads it', () => {
  const text = vectors<KeysFile>('keys').keys['ek_rsa']?.pem ?? '';
  expect(ours(text)).toBe(openssl(text));
  expect(ours(text)).not.toBe('refused');
});

it('of a key with any one byte changed, or any one character of its text, the same holds', () => {
  const text = pem(usual);
  fc.assert(
    fc.property(
      fc.nat(usual.length - 1),
      fc.nat(255),
      fc.nat(text.length - 1),
      fc.constantFrom(...'\n\r =-_+/AZ9:*'.split('')),
      (i, byte, j, other) => {
        const changed = pem(edited(i, [byte]));
        expect(ours(changed)).toBe(openssl(changed));
        const replaced = text.slice(0, j) + other + text.slice(j + 1);
        expect(ours(replaced)).toBe(openssl(replaced));
        const inserted = text.slice(0, j) + other + text.slice(j);
        expect(ours(inserted)).toBe(openssl(inserted));
      },
    ),
    { numRuns: 300 },
  );
});
