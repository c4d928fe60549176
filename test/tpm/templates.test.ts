import { generateKeyPairSync } from 'node:crypto';
import {
  akEccTemplate,
  akRsaTemplate,
  decodePublic,
  describeAttributes,
  ekEccTemplate,
  ekPublicFromSpki,
  ekRsaTemplate,
  encodePublic,
  explainMismatch,
  signingKeyEccTemplate,
  signingKeyTemplate,
  srkEccTemplate,
  srkRsaTemplate,
  type PublicArea,
} from '../../src/tpm/index.js';
import { keyNamed } from './support/edits.js';
import { b64, vectors, type KeysFile } from './support/vectors.js';

const { keys, templates } = vectors<KeysFile>('keys');

it.each<[string, PublicArea]>([
  ['EK_RSA', ekRsaTemplate],
  ['EK_ECC', ekEccTemplate],
  ['AK_RSA', akRsaTemplate],
  ['AK_ECC', akEccTemplate],
  ['SRK_RSA', srkRsaTemplate],
  ['SRK_ECC', srkEccTemplate],
  ['USIGN_RSA', signingKeyTemplate],
  ['USIGN_ECC', signingKeyEccTemplate],
])('the template %s has the very bytes that the tools use', (name, template) =>
  expect(encodePublic(template)).toEqual(b64(templates[name]!.tpmt_public_b64)),
);

describe('ekPublicFromSpki', () => {
  it.each(['ek_rsa', 'ek_ecc'])('%s: trusted PEM and template give the public area that the TPM has', (name) =>
    expect(encodePublic(ekPublicFromSpki(keys[name]!.pem))).toEqual(b64(keys[name]!.tpmt_public_b64)),
  );

  it.each([
    ['RSA of 3072 bits', generateKeyPairSync('rsa', { modulusLength: 3072 }).publicKey],
    ['RSA with exponent 3', generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }).publicKey],
    ['P-384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey],
    ['Ed25519', generateKeyPairSync('ed25519').publicKey],
    ['text that is no PEM', 'hello'],
    ['an empty text', ''],
  ])('refuses %s', (_, key) => expect(() => ekPublicFromSpki(key)).toThrow(expect.objectContaining({ code: 'CRYPTO_FAILED' })));
});

it('ekPublicFromSpki says why not, and keeps what OpenSSL said', () => {
  expect(() => ekPublicFromSpki('hello')).toThrow(
    expect.objectContaining({ message: 'the ek does not parse as a public key in pem', cause: expect.anything() as unknown }),
  );
  expect(() => ekPublicFromSpki(generateKeyPairSync('ed25519').publicKey)).toThrow(
    'an ek is an rsa-2048 key with exponent 65537 or a p-256 key; this key is neither',
  );
});

describe('explainMismatch', () => {
  it.each<[PublicArea, string]>([
    [ekRsaTemplate, 'ek_rsa'],
    [ekEccTemplate, 'ek_ecc'],
    [akRsaTemplate, 'ak_rsa'],
    [akRsaTemplate, 'gce_ak_rsa'],
    [akEccTemplate, 'ak_ecc'],
    [srkRsaTemplate, 'srk_rsa'],
    [signingKeyTemplate, 'usign_rsa'],
    [signingKeyEccTemplate, 'usign_ecc'],
  ])('has nothing to say of a key made from its template (%#: %s)', (template, name) =>
    expect(explainMismatch(template, keyNamed(name))).toEqual([]),
  );

  it('names every field that differs', () => {
    const born = 'fixedTPM|fixedParent|sensitiveDataOrigin';
    expect(explainMismatch(akRsaTemplate, keyNamed('usign_rsa'))).toEqual([
      `attributes: expected ${born}|userWithAuth|restricted|sign, found ${born}|userWithAuth|sign`,
    ]);
    expect(explainMismatch(akRsaTemplate, keyNamed('ak_pss'))).toEqual(['scheme: expected rsassa with sha256, found rsapss with sha256']);
    expect(explainMismatch(ekEccTemplate, { ...akEccTemplate, nameAlg: 'sha384', curve: 'P-384' })).toEqual([
      'nameAlg: expected sha256, found sha384',
      `attributes: expected ${born}|adminWithPolicy|restricted|decrypt, found ${born}|userWithAuth|restricted|sign`,
      'authPolicy: expected 837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa, found empty',
      'scheme: expected none, found ecdsa with sha256',
      'symmetric: expected aes-128-cfb, found none',
      'curve: expected P-256, found P-384',
    ]);
    const odd: PublicArea = { ...akRsaTemplate, keyBits: 3072, exponent: 65537, scheme: { alg: 'rsaes' } };
    expect(explainMismatch(akRsaTemplate, odd)).toEqual([
      'scheme: expected rsassa with sha256, found rsaes',
      'keyBits: expected 2048, found 3072',
      'exponent: expected 0, found 65537',
    ]);
  });

  it('compares sealed data too, and stops at another type', () => {
    const sealed = decodePublic(b64(vectors<{ cases: { tpmt_public_b64: string }[] }>('seal').cases[0]!.tpmt_public_b64));
    expect(explainMismatch(sealed, sealed)).toEqual([]);
    expect(explainMismatch(akRsaTemplate, sealed)).toEqual(['type: expected rsa, found keyedhash']);
  });
});

it('attributes are described by their names in the specification', () => {
  expect(describeAttributes(0)).toBe('none');
  expect(describeAttributes(0x000f0cf6)).toBe(
    'fixedTPM|stClear|fixedParent|sensitiveDataOrigin|userWithAuth|adminWithPolicy|noDA|encryptedDuplication|restricted|decrypt|sign|x509sign',
  );
});
