import { constants, generateKeyPairSync, sign } from 'node:crypto';
import {
  bareRsaSignature,
  decodePublic,
  decodeSignature,
  encodeSignature,
  publicKeyOf,
  verifySignature,
  type EccPublic,
  type EcdsaSignature,
  type PublicArea,
  type RsaPublic,
  type TpmSignature,
} from '../../src/tpm/index.js';
import { goodAk, keyNamed, quoteNamed } from './support/edits.js';
import { b64, unhex } from './support/vectors.js';

const message = b64(quoteNamed('pcr047_rsassa').attest_b64);
const rsassa = decodeSignature(b64(quoteNamed('pcr047_rsassa').signature_tpmt_b64));
const ecc = keyNamed('ak_ecc') as EccPublic;
const eccMessage = b64(quoteNamed('pcr047_ecdsa').attest_b64);
const ecdsa = decodeSignature(b64(quoteNamed('pcr047_ecdsa').signature_tpmt_b64)) as EcdsaSignature;
const malformed = expect.objectContaining({ code: 'BYTES_MALFORMED' }) as Error;

/** A software RSA key in the place of an attestation key. */
function softwareKey(scheme: RsaPublic['scheme']): {
  readonly area: RsaPublic;
  readonly key: ReturnType<typeof generateKeyPairSync>['privateKey'];
} {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const modulus = Buffer.from(String(publicKey.export({ format: 'jwk' }).n), 'base64url');
  return { area: { ...goodAk, scheme, modulus }, key: privateKey };
}

describe('bareRsaSignature', () => {
  it.each(['pcr047_rsassa', 'pcr047_rsapss', 'gce_ak_rsa_pcr0_9'])('%s: takes scheme and hash from the key', (name) => {
    const quote = quoteNamed(name);
    const ak = decodePublic(b64(quote.ak_tpmt_public_b64));
    const signature = bareRsaSignature(ak, b64(quote.raw_signature_b64));
    expect(encodeSignature(signature)).toEqual(b64(quote.signature_tpmt_b64));
    expect(verifySignature(ak, signature, b64(quote.attest_b64))).toBe(true);
  });

  it.each<[string, PublicArea, number]>([
    ['an ECC key', ecc, 64],
    ['a storage key', keyNamed('ek_rsa'), 256],
    ['a key without a scheme', { ...goodAk, scheme: undefined }, 256],
    ['one byte less than the modulus', goodAk, 255],
    ['one byte more than the modulus', goodAk, 257],
    ['no bytes', goodAk, 0],
    ['an ECC key that claims an RSA scheme', { ...ecc, scheme: { alg: 'rsassa', hash: 'sha256' } } as unknown as PublicArea, 256],
  ])('refuses %s', (_, ak, size) => expect(() => bareRsaSignature(ak, Buffer.alloc(size))).toThrow(malformed));

  it('says what it needs', () => {
    expect(() => bareRsaSignature(ecc, Buffer.alloc(64))).toThrow('needs an RSA key with a signing scheme, send a TPMT_SIGNATURE');
    expect(() => bareRsaSignature(goodAk, Buffer.alloc(255))).toThrow('is as long as the modulus (256 bytes), not 255');
  });
});

describe('verifySignature is false, and never throws, for', () => {
  it.each<[string, PublicArea, TpmSignature, Buffer]>([
    ['another message', goodAk, rsassa, message.subarray(1)],
    ['another key', keyNamed('gce_ak_rsa'), rsassa, message],
    ['a key without a scheme', { ...goodAk, scheme: undefined }, rsassa, message],
    ['a key that encrypts', { ...goodAk, scheme: { alg: 'rsaes' } }, rsassa, message],
    ['OAEP', { ...goodAk, scheme: { alg: 'oaep', hash: 'sha256' } }, rsassa, message],
    ['a signature that names another scheme', goodAk, { ...rsassa, alg: 'rsapss' } as TpmSignature, message],
    ['a signature that names another hash', goodAk, { ...rsassa, hash: 'sha384' }, message],
    ['a good signature by another hash than the key says', { ...goodAk, scheme: { alg: 'rsassa', hash: 'sha384' } }, rsassa, message],
    ['a signature of the other kind of key', goodAk, ecdsa, message],
    ['a signature shorter than the modulus', goodAk, { ...rsassa, signature: Buffer.alloc(255, 1) } as TpmSignature, message],
    ['an empty signature', goodAk, { ...rsassa, signature: Buffer.alloc(0) } as TpmSignature, message],
    [
      'a key without a modulus',
      { ...goodAk, modulus: Buffer.alloc(0) },
      { ...rsassa, signature: Buffer.alloc(0) } as TpmSignature,
      message,
    ],
    ['a point that is not on the curve', { ...ecc, x: Buffer.alloc(32, 1) }, ecdsa, eccMessage],
    ['a coordinate longer than the field', { ...ecc, x: Buffer.concat([Buffer.of(0), ecc.x]) }, ecdsa, eccMessage],
    ['an r longer than the field', ecc, { ...ecdsa, r: Buffer.concat([Buffer.of(0), ecdsa.r]) }, eccMessage],
    ['an s longer than the field', ecc, { ...ecdsa, s: Buffer.concat([Buffer.of(0), ecdsa.s]) }, eccMessage],
    ['r and s of zero', ecc, { ...ecdsa, r: Buffer.alloc(0), s: Buffer.alloc(0) }, eccMessage],
    ['r and s exchanged', ecc, { ...ecdsa, r: ecdsa.s, s: ecdsa.r }, eccMessage],
    [
      'a keyed hash object',
      { type: 'keyedhash', nameAlg: 'sha256', attributes: 0, authPolicy: Buffer.alloc(0), scheme: undefined, unique: Buffer.alloc(32) },
      rsassa,
      message,
    ],
  ])('%s', (_, key, signature, signed) => expect(verifySignature(key, signature, signed)).toBe(false));

  it('a SHA-1 signature, though the key says SHA-1 and the signature is right', () => {
    const { area, key } = softwareKey({ alg: 'rsassa', hash: 'sha1' });
    const signature: TpmSignature = { alg: 'rsassa', hash: 'sha1', signature: sign('sha1', message, key) };
    expect(verifySignature(area, signature, message)).toBe(false);
  });

  it('a PSS signature without its leading zero byte, which OpenSSL would take', () => {
    const { area, key } = softwareKey({ alg: 'rsapss', hash: 'sha256' });
    const pss = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    let signature = sign('sha256', message, pss);
    while (signature[0] !== 0) signature = sign('sha256', message, pss);
    expect(verifySignature(area, { alg: 'rsapss', hash: 'sha256', signature }, message)).toBe(true);
    expect(verifySignature(area, { alg: 'rsapss', hash: 'sha256', signature: signature.subarray(1) }, message)).toBe(false);
  });

  it('a PSS signature under a key whose scheme is PKCS #1 v1.5', () => {
    const { area, key } = softwareKey({ alg: 'rsassa', hash: 'sha256' });
    const signature = sign('sha256', message, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 });
    expect(verifySignature(area, { alg: 'rsassa', hash: 'sha256', signature }, message)).toBe(false);
  });
});

describe('verifySignature accepts', () => {
  it.each([32, 222])('a PSS salt of %i bytes: digest size, or the largest that fits', (saltLength) => {
    const { area, key } = softwareKey({ alg: 'rsapss', hash: 'sha256' });
    const signature = sign('sha256', message, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
    expect(verifySignature(area, { alg: 'rsapss', hash: 'sha256', signature }, message)).toBe(true);
  });

  it('r and s without their leading zeros, as a TPM may send them', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x, y } = publicKey.export({ format: 'jwk' });
    const area: EccPublic = { ...ecc, x: Buffer.from(String(x), 'base64url'), y: Buffer.from(String(y), 'base64url') };
    for (let i = 0; ; i++) {
      const both = sign('sha256', Buffer.of(i >> 8, i), { key: privateKey, dsaEncoding: 'ieee-p1363' });
      if (both[0] !== 0) continue;
      const signature: TpmSignature = { alg: 'ecdsa', hash: 'sha256', r: both.subarray(1, 32), s: both.subarray(32) };
      expect(verifySignature(area, signature, Buffer.of(i >> 8, i))).toBe(true);
      break;
    }
  });

  it('coordinates without their leading zeros', () => {
    for (;;) {
      const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const { x, y } = publicKey.export({ format: 'jwk' });
      const wide = Buffer.from(String(x), 'base64url');
      if (wide[0] !== 0) continue;
      const area: EccPublic = { ...ecc, x: wide.subarray(1), y: Buffer.from(String(y), 'base64url') };
      expect(publicKeyOf(area).equals(publicKey)).toBe(true);
      break;
    }
  });

  it('a P-384 key with SHA-384', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const { x, y } = publicKey.export({ format: 'jwk' });
    const area: EccPublic = {
      ...ecc,
      curve: 'P-384',
      scheme: { alg: 'ecdsa', hash: 'sha384' },
      x: Buffer.from(String(x), 'base64url'),
      y: Buffer.from(String(y), 'base64url'),
    };
    const both = sign('sha384', message, { key: privateKey, dsaEncoding: 'ieee-p1363' });
    const signature: TpmSignature = { alg: 'ecdsa', hash: 'sha384', r: both.subarray(0, 48), s: both.subarray(48) };
    expect(verifySignature(area, signature, message)).toBe(true);
  });
});

it.each([
  ['HMAC', '0005000b0000'],
  ['NULL', '0010'],
  ['ECDAA', '001a000b00000000'],
  ['an unknown hash', '001400120000'],
])('decodeSignature refuses %s', (_, text) => expect(() => decodeSignature(unhex(text))).toThrow(malformed));

it('decodeSignature names the scheme that it refuses', () =>
  expect(() => decodeSignature(unhex('0005000b0000'))).toThrow('signature/alg: 0x5 is neither RSASSA, RSAPSS nor ECDSA'));
