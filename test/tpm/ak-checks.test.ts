import {
  akChecks,
  akEccTemplate,
  akIsRestricted,
  akKeyType,
  decodePublic,
  type EccPublic,
  type PublicArea,
  type RsaPublic,
} from '../../src/tpm/index.js';
import { goodAk, keyNamed, negative } from './support/edits.js';
import { b64 } from './support/vectors.js';
import { refusedBy } from './support/verdicts.js';

const ecc = { ...akEccTemplate, ...keyNamed('ak_ecc') } as EccPublic;
const rsa = (change: Partial<RsaPublic>): PublicArea => ({ ...goodAk, ...change });
const p384Point = {
  // Base point of P-384 (SEC 2, 2.5.1).
  x: Buffer.from('aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7', 'hex'),
  y: Buffer.from('3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f', 'hex'),
};

describe('attestation keys that a TPM made are accepted', () => {
  it.each(['ak_rsa', 'ak_pss', 'ak_ecc', 'gce_ak_rsa', 'gce_ak_ecc', 'owner_ak_rsa', 'ak_rsa_pcr0creation'])('%s', (name) => {
    expect(refusedBy(akChecks, { akPublic: keyNamed(name) })).toEqual([]);
    expect(akIsRestricted.judge({ akPublic: keyNamed(name) })).toEqual({ kind: 'pass' });
  });
});

describe('each rule alone refuses what only it sees', () => {
  it.each<[string, string, PublicArea]>([
    ['ak-key-type', 'a P-384 key', { ...ecc, curve: 'P-384', ...p384Point }],
    ['ak-name-algorithm', 'a name by SHA-384', rsa({ nameAlg: 'sha384' })],
    ['ak-name-algorithm', 'a name by SHA-1', rsa({ nameAlg: 'sha1' })],
    ['ak-attributes', 'restricted clear', rsa({ attributes: 0x00040072 })],
    ['ak-attributes', 'fixedTPM clear', rsa({ attributes: 0x00050070 })],
    ['ak-attributes', 'fixedParent clear', rsa({ attributes: 0x00050062 })],
    ['ak-attributes', 'sensitiveDataOrigin clear', rsa({ attributes: 0x00050052 })],
    ['ak-attributes', 'sign clear', rsa({ attributes: 0x00010072 })],
    ['ak-attributes', 'decrypt set', rsa({ attributes: 0x00070072 })],
    ['ak-attributes', 'encryptedDuplication set', rsa({ attributes: 0x00050872 })],
    ['ak-auth-policy', 'a policy of its own', rsa({ authPolicy: Buffer.alloc(32, 1) })],
    ['ak-symmetric', 'a cipher', rsa({ symmetric: { keyBits: 128 } })],
    ['ak-scheme', 'no scheme', rsa({ scheme: undefined })],
    ['ak-scheme', 'an encryption scheme', rsa({ scheme: { alg: 'oaep', hash: 'sha256' } })],
    ['ak-scheme', 'RSAES', rsa({ scheme: { alg: 'rsaes' } })],
    ['ak-scheme', 'SHA-1', rsa({ scheme: { alg: 'rsassa', hash: 'sha1' } })],
    ['ak-key-size', 'a modulus of another size than it says', rsa({ keyBits: 3072 })],
    ['ak-key-size', '1024 bits', rsa({ keyBits: 1024, modulus: Buffer.alloc(128, 0xff) })],
    ['ak-key-size', '8192 bits', rsa({ keyBits: 8192, modulus: Buffer.alloc(1024, 0xff) })],
    ['ak-key-size', 'a modulus with its top bit clear', rsa({ modulus: Buffer.concat([Buffer.of(0x7f), goodAk.modulus.subarray(1)]) })],
    ['ak-key-valid', 'exponent 3', rsa({ exponent: 3 })],
    ['ak-key-valid', 'a point that is not on the curve', { ...ecc, x: Buffer.alloc(32, 1) }],
  ])('%s: %s', (id, _, akPublic) => {
    expect(refusedBy(akChecks, { akPublic })).toEqual([id]);
    expect(akIsRestricted.judge({ akPublic })).toEqual({ kind: 'refuse', detail: expect.stringMatching(`^${id}: `) as string });
  });

  it('every rule has such a key', () => expect(akChecks).toHaveLength(8));
});

it('exponent 65537 written out is as good as 0', () => expect(refusedBy(akChecks, { akPublic: rsa({ exponent: 65537 }) })).toEqual([]));

it('4096 bits are not too many', () => {
  const modulus = Buffer.alloc(512, 0xff);
  expect(refusedBy(akChecks, { akPublic: rsa({ keyBits: 4096, modulus }) })).toEqual([]);
});

it('a key on another curve is told by its curve', () =>
  expect(akKeyType.judge({ akPublic: { ...keyNamed('ak_ecc'), curve: 'P-384' } as PublicArea })).toMatchObject({
    detail: 'the key is an ecc key on P-384',
  }));

it('a template without a key is no key', () =>
  expect(refusedBy(akChecks, { akPublic: rsa({ modulus: Buffer.alloc(0) }) })).toEqual(['ak-key-size', 'ak-key-valid']));

it('sealed data is no key', () => {
  const akPublic: PublicArea = {
    type: 'keyedhash',
    nameAlg: 'sha256',
    attributes: 0,
    authPolicy: Buffer.alloc(0),
    scheme: undefined,
    unique: Buffer.alloc(32),
  };
  expect(refusedBy(akChecks, { akPublic })).toEqual(['ak-key-type', 'ak-attributes', 'ak-symmetric', 'ak-scheme', 'ak-key-valid']);
});

it.each(['ek_rsa', 'ek_ecc', 'srk_rsa', 'usign_rsa', 'usign_ecc'])('%s is no attestation key', (name) =>
  expect(akIsRestricted.judge({ akPublic: keyNamed(name) }).kind).toBe('refuse'),
);

describe('public areas of the negative vectors', () => {
  it.each(negative.public_areas)('$name: $expect', ({ tpmt_public_b64, expect: wanted }) => {
    const judged = (): string => akIsRestricted.judge({ akPublic: decodePublic(b64(tpmt_public_b64)) }).kind;
    if (wanted.startsWith('accept')) expect(judged()).toBe('pass');
    else if (/short|has no name/.test(wanted)) expect(judged).toThrow(expect.objectContaining({ code: 'BYTES_MALFORMED' }));
    else expect(judged()).toBe('refuse');
  });
});
