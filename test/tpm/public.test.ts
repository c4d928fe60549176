import { createPublicKey } from 'node:crypto';
import {
  decodePublic,
  encodePublic,
  handleName,
  leftPad,
  nameOf,
  publicKeyOf,
  qualifiedNameOf,
  spkiDerOf,
  type PublicArea,
} from '../../src/tpm/index.js';
import { b64, unhex, vectors, type KeysFile } from './support/vectors.js';

const { keys, templates } = vectors<KeysFile>('keys');

describe('TPMT_PUBLIC of keys made by a TPM', () => {
  for (const [id, key] of Object.entries(keys)) {
    const bytes = b64(key.tpmt_public_b64);
    const area = decodePublic(bytes);

    it(`${id}: encodes back to the same bytes`, () => expect(encodePublic(area)).toEqual(bytes));

    it(`${id}: has the name that the TPM reports`, () => expect(nameOf(area)).toEqual(unhex(key.name_hex)));

    it(`${id}: has the qualified name that the TPM reports`, () => {
      const parent = key.parent.startsWith('ek_rsa') ? unhex(keys['ek_rsa']!.qualified_name_hex) : handleName(Number(key.parent));
      expect(qualifiedNameOf(parent, nameOf(area))).toEqual(unhex(key.qualified_name_hex));
    });

    it(`${id}: is the key of the PEM that the tools print`, () =>
      expect(spkiDerOf(area)).toEqual(createPublicKey(key.pem).export({ type: 'spki', format: 'der' })));

    it(`${id}: has the attributes that the tools print`, () => expect(area.attributes).toBe(parseInt(key.attributes_hex, 16)));
  }
});

describe('TPMT_PUBLIC templates', () => {
  for (const [id, template] of Object.entries(templates)) {
    const bytes = b64(template.tpmt_public_b64);
    it(`${id}: has the published size and encodes back to the same bytes`, () => {
      expect(bytes).toHaveLength(template.size);
      expect(encodePublic(decodePublic(bytes))).toEqual(bytes);
    });
  }
});

const hexOf = (parts: string): Buffer => unhex(parts.replaceAll(' ', ''));

describe('TPMT_PUBLIC of every scheme and cipher known here', () => {
  it.each([
    ['RSA that encrypts with OAEP', '0001 000b 00020072 0000 0010 0017 000b 0800 00000000 0000'],
    ['RSA that encrypts with RSAES', '0001 000b 00020072 0000 0010 0015 0800 00000000 0000'],
    ['RSA that does both', '0001 000b 00060040 0000 0010 0010 0800 00010001 0000'],
    ['RSA storage with AES-256 and a SHA-384 name', '0001 000c 00030072 0000 0006 0100 0043 0010 0c00 00000000 0000'],
    ['ECC P-384 without a scheme', '0023 000d 00040072 0000 0010 0010 0004 0010 0000 0000'],
    ['HMAC key', '0008 000b 00040072 0000 0005 000b 0000'],
    ['SHA-1 name', '0001 0004 00050072 0000 0010 0014 0004 0800 00000000 0000'],
  ])('%s: encodes back to the same bytes', (_, text) => expect(encodePublic(decodePublic(hexOf(text)))).toEqual(hexOf(text)));
});

describe('decodePublic refuses, and says what', () => {
  it.each([
    ['a symmetric key', '0025 000b 00040072 0000', 'public/type: 0x25 is neither RSA (0x1), ECC (0x23) nor KEYEDHASH (0x8)'],
    ['an object without a name', '0001 0010 00050072', 'public/nameAlg: 0x10 is not a hash algorithm known here'],
    ['a reserved attribute', '0001 000b 00050073 0000', 'public/attributes: 0x50073 sets reserved bits'],
    ['the highest attribute bit', '0001 000b 80050072 0000', 'public/attributes: 0x80050072 sets reserved bits'],
    ['a policy that is no digest', '0001 000b 00050072 0001aa', 'public/authPolicy: has 1 bytes, must have none or 32'],
    ['Camellia', '0001 000b 00030072 0000 0026', 'public/symmetric: 0x26 is neither AES nor NULL'],
    ['AES-192', '0001 000b 00030072 0000 0006 00c0 0043', 'public/symmetric/keyBits: 192 is neither 128 nor 256'],
    ['AES-CBC', '0001 000b 00030072 0000 0006 0080 0042', 'public/symmetric/mode: 0x42 is not CFB'],
    ['ECDSA for an RSA key', '0001 000b 00050072 0000 0010 0018 000b', 'public/scheme: 0x18 is not an RSA scheme known here'],
    ['OAEP with an unknown hash', '0001 000b 00020072 0000 0010 0017 0012', 'public/scheme/hash: 0x12 is not a hash algorithm known here'],
    [
      'RSAPSS with an unknown hash',
      '0001 000b 00020072 0000 0010 0016 0012',
      'public/scheme/hash: 0x12 is not a hash algorithm known here',
    ],
    ['ECDAA', '0023 000b 00050072 0000 0010 001a 000b', 'public/scheme: 0x1a is neither ECDSA nor NULL'],
    ['XOR obfuscation', '0008 000b 00040072 0000 000a 000b 0022', 'public/scheme: 0xa is neither HMAC nor NULL'],
    ['P-521', '0023 000b 00050072 0000 0010 0018 000b 0005', 'public/curve: 0x5 is neither P-256 nor P-384'],
    ['a key derivation scheme', '0023 000b 00050072 0000 0010 0018 000b 0003 0020', 'public/kdf: 0x20 is not NULL'],
    [
      'a modulus of 513 bytes',
      '0001 000b 00050072 0000 0010 0014 000b 0800 00000000 0201',
      'public/modulus: length 513 is over the limit of 512',
    ],
  ])('%s', (_, text, message) =>
    expect(() => decodePublic(hexOf(text))).toThrow(expect.objectContaining({ code: 'BYTES_MALFORMED', message })),
  );
});

it('sealed data has no key', () =>
  expect(() => publicKeyOf(decodePublic(hexOf('0008 000b 00000052 0000 0010 0000')))).toThrow(
    expect.objectContaining({ code: 'CRYPTO_FAILED' }),
  ));

it('a keyed hash object is told apart from an invalid key', () =>
  expect(() => publicKeyOf(decodePublic(hexOf('0008 000b 00000052 0000 0010 0000')))).toThrow('a keyed hash object holds no public key'));

it('a public area without a key says of which type it is, and why it holds none', () => {
  const empty = decodePublic(b64(templates['AK_RSA']!.tpmt_public_b64));
  const why = expect.objectContaining({ code: 'CRYPTO_FAILED', message: 'the modulus is empty or zero, as in a template' }) as Error;
  expect(() => publicKeyOf(empty)).toThrow(
    expect.objectContaining({ code: 'CRYPTO_FAILED', message: 'the rsa public area holds no valid key', cause: why }),
  );
  expect(() => publicKeyOf(decodePublic(b64(templates['AK_ECC']!.tpmt_public_b64)))).toThrow('the ecc public area holds no valid key');
});

it('asked again for the same area it gives the same key, and another one for another area', () => {
  const [area, other] = [keys['ak_rsa']!, keys['ak_pss']!].map((key) => decodePublic(b64(key.tpmt_public_b64))) as [PublicArea, PublicArea];
  const first = publicKeyOf(area);
  expect(publicKeyOf(area)).toBe(first);
  expect(publicKeyOf(other).equals(first)).toBe(false);
});

it('a number longer than its field is no key material', () => {
  expect(leftPad(hexOf('0102'), 3)).toEqual(hexOf('000102'));
  expect(() => leftPad(hexOf('0102'), 1)).toThrow(
    expect.objectContaining({ code: 'CRYPTO_FAILED', message: 'a number of 2 bytes does not fit 1' }),
  );
});

it('a name without a known hash has no qualified name', () =>
  expect(() => qualifiedNameOf(handleName(0x4000000b), hexOf('0010 00'))).toThrow(
    expect.objectContaining({ code: 'BYTES_MALFORMED', message: 'name/nameAlg: 0x10 is not a hash algorithm known here' }),
  ));

it('an empty name says what it lacks', () =>
  expect(() => qualifiedNameOf(handleName(0x4000000b), hexOf(''))).toThrow('name/nameAlg: needs 2 bytes, 0 are left'));
