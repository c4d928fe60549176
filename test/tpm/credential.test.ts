import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import {
  decodePublic,
  ekEccTemplate,
  ekRsaTemplate,
  ekPublicFromSpki,
  makeCredential,
  nameOf,
  shareSeed,
  type EccPublic,
  type PublicArea,
} from '../../src/tpm/index.js';
import { agreeSeed, decryptSeed, outerUnwrap } from './support/unwrap.js';
import { b64, unhex, vectors, type KeysFile } from './support/vectors.js';

interface CredentialVector {
  readonly name: string;
  readonly ek: string;
  readonly ak: string;
  readonly ak_name_hex: string;
  readonly secret_b64: string;
  readonly credential_blob_b64: string;
  readonly encrypted_secret_b64: string;
  readonly intermediates?: { readonly ephemeral_private_hex?: string };
}

interface EncapsVector {
  readonly Name: string;
  readonly Label: 'IDENTITY' | 'DUPLICATE';
  readonly EphemeralPrivate: string;
  readonly PublicKey: string;
  readonly PrivateKey: string;
  readonly Secret: string;
  readonly Ciphertext: string;
}

const { keys } = vectors<KeysFile>('keys');
const { cases } = vectors<{ cases: CredentialVector[] }>('makecredential');
const akName = unhex(keys['ak_rsa']!.name_hex);
const secret = Buffer.from('0123456789abcdef0123456789abcdef');

describe('makeCredential for an ECC EK', () => {
  const soft = cases.filter(({ intermediates }) => intermediates?.ephemeral_private_hex !== undefined);

  it('has the vectors with leading zeros', () => expect(soft).toHaveLength(4));

  it.each(soft)('makes the very bytes that a TPM opened: $name', (vector) => {
    const made = makeCredential({
      ekPublic: ekPublicFromSpki(keys[vector.ek]!.pem),
      akName: nameOf(decodePublic(b64(keys[vector.ak]!.tpmt_public_b64))),
      credential: b64(vector.secret_b64),
      random: () => unhex(vector.intermediates!.ephemeral_private_hex!),
    });
    expect(made.credentialBlob).toEqual(b64(vector.credential_blob_b64));
    expect(made.encryptedSecret).toEqual(b64(vector.encrypted_secret_b64));
  });

  it('draws again when a private key is out of range, and gives up on a broken source', () => {
    const ekPublic = ekPublicFromSpki(keys['ek_ecc']!.pem);
    const good = unhex(soft[0]!.intermediates!.ephemeral_private_hex!);
    const draws = [Buffer.alloc(32), Buffer.alloc(32, 0xff), good];
    const made = makeCredential({ ekPublic, akName, credential: b64(soft[0]!.secret_b64), random: () => draws.shift()! });
    expect(made.encryptedSecret).toEqual(b64(soft[0]!.encrypted_secret_b64));
    let asked = 0;
    const broken = (): Buffer => {
      asked++;
      return Buffer.alloc(32);
    };
    expect(() => makeCredential({ ekPublic, akName, credential: secret, random: broken })).toThrow(
      expect.objectContaining({ code: 'CRYPTO_FAILED' }),
    );
    expect(asked).toBe(8);
  });

  it('is opened by the holder of the EK, for this name only', () => {
    const privateNumber = unhex('1'.padStart(64, '7'));
    const { ecPublic } = p256From(privateNumber);
    const { credentialBlob, encryptedSecret } = makeCredential({ ekPublic: ecPublic, akName, credential: secret });
    const seed = agreeSeed(privateNumber, 'IDENTITY', encryptedSecret);
    expect(outerUnwrap(seed, akName, credentialBlob)?.subarray(2)).toEqual(secret);
    expect(outerUnwrap(seed, unhex(keys['ak_ecc']!.name_hex), credentialBlob)).toBeUndefined();
  });

  it.each(vectors<EncapsVector[]>('go-tpm-ecc-labeled-encaps'))('shares the seed of the reference: $Name', (vector) => {
    const { seed, encryptedSeed } = shareSeed(decodePublic(unhex(vector.PublicKey)), vector.Label, () => unhex(vector.EphemeralPrivate));
    expect(seed).toEqual(unhex(vector.Secret));
    expect(encryptedSeed).toEqual(unhex(vector.Ciphertext));
  });

  it('refuses a point that is not on the curve', () => {
    const ekPublic: EccPublic = { ...ekEccTemplate, x: Buffer.alloc(32, 1), y: Buffer.alloc(32, 2) };
    expect(() => makeCredential({ ekPublic, akName, credential: secret })).toThrow(expect.objectContaining({ code: 'CRYPTO_FAILED' }));
  });
});

describe('makeCredential for an RSA EK', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ekPublic = ekPublicFromSpki(publicKey);

  it('is opened by the holder of the EK, for this name only', () => {
    const { credentialBlob, encryptedSecret } = makeCredential({ ekPublic, akName, credential: secret });
    const seed = decryptSeed(privateKey, 'IDENTITY', encryptedSecret);
    expect(seed).toHaveLength(32);
    expect(outerUnwrap(seed, akName, credentialBlob)?.subarray(2)).toEqual(secret);
    expect(outerUnwrap(seed, unhex(keys['ak_ecc']!.name_hex), credentialBlob)).toBeUndefined();
    expect(() => decryptSeed(privateKey, 'DUPLICATE', encryptedSecret)).toThrow();
  });

  it.each(cases.filter(({ name }) => name.startsWith('soft_rsa')))('makes the blob that a TPM opened, given its seed: $name', (vector) => {
    const { seed_hex } = (vector as unknown as { intermediates: { seed_hex: string } }).intermediates;
    const made = makeCredential({
      ekPublic,
      akName: unhex(vector.ak_name_hex),
      credential: b64(vector.secret_b64),
      random: () => unhex(seed_hex),
    });
    expect(made.credentialBlob).toEqual(b64(vector.credential_blob_b64));
  });

  it.each(vectors<EncapsVector[]>('go-tpm-rsa-labeled-encaps'))('uses the padding and label of the reference: $Name', (vector) => {
    const area = decodePublic(unhex(vector.PublicKey));
    const own = rsaFrom(area, unhex(vector.PrivateKey));
    expect(decryptSeed(own, vector.Label, unhex(vector.Ciphertext))).toEqual(unhex(vector.Secret));
  });

  it('draws seed and fresh key anew each time', () => {
    const twice = [1, 2].map(() => makeCredential({ ekPublic, akName, credential: secret }));
    expect(twice[0]!.credentialBlob).not.toEqual(twice[1]!.credentialBlob);
  });
});

describe('makeCredential refuses', () => {
  const ekPublic = ekPublicFromSpki(keys['ek_rsa']!.pem);
  it.each([0, 33])('a secret of %i bytes', (size) =>
    expect(() => makeCredential({ ekPublic, akName, credential: Buffer.alloc(size) })).toThrow(
      expect.objectContaining({ code: 'INTERNAL', message: `a credential has 1 to 32 bytes, not ${size}` }),
    ),
  );

  it.each<[string, PublicArea]>([
    ['a signing key', decodePublic(b64(keys['usign_rsa']!.tpmt_public_b64))],
    ['a template without a key', ekRsaTemplate],
    ['a key that decrypts but is no storage key', { ...ekRsaTemplate, symmetric: undefined }],
    [
      'a signing key that names a cipher',
      { ...decodePublic(b64(keys['usign_rsa']!.tpmt_public_b64)), symmetric: { keyBits: 128 } } as PublicArea,
    ],
    [
      'sealed data',
      { type: 'keyedhash', nameAlg: 'sha256', attributes: 0, authPolicy: Buffer.alloc(0), scheme: undefined, unique: Buffer.alloc(32) },
    ],
  ])('%s in place of an EK', (_, area) =>
    expect(() => makeCredential({ ekPublic: area, akName, credential: secret })).toThrow(
      expect.objectContaining({ code: 'CRYPTO_FAILED' }),
    ),
  );

  it('says what it needs', () => {
    const signing = decodePublic(b64(keys['usign_rsa']!.tpmt_public_b64));
    expect(() => makeCredential({ ekPublic: signing, akName, credential: secret })).toThrow(
      'a secret can be shared only with a storage key, such as the ek',
    );
    const ecc = ekPublicFromSpki(keys['ek_ecc']!.pem);
    const zeros = (size: number): Buffer => Buffer.alloc(size);
    expect(() => makeCredential({ ekPublic: ecc, akName, credential: secret, random: zeros })).toThrow(
      'the random source gave no usable private key in 8 attempts',
    );
  });
});

function p256From(privateNumber: Buffer): { readonly ecPublic: PublicArea } {
  const sec1 = Buffer.concat([unhex('30310201010420'), privateNumber, unhex('a00a06082a8648ce3d030107')]);
  return { ecPublic: ekPublicFromSpki(createPrivateKey({ key: sec1, format: 'der', type: 'sec1' })) };
}

/** The private key of a vector: modulus from the public area, prime p at the end of the TPMT_SENSITIVE. */
function rsaFrom(area: PublicArea, sensitive: Buffer): ReturnType<typeof createPrivateKey> {
  if (area.type !== 'rsa') throw new Error('not an rsa key');
  const number = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`);
  const n = number(area.modulus);
  const p = number(sensitive.subarray(-area.modulus.length / 2));
  const q = n / p;
  const d = inverse(65537n, (p - 1n) * (q - 1n));
  const text = (value: bigint): string =>
    Buffer.from(value.toString(16).padStart(2 * Math.ceil(value.toString(16).length / 2), '0'), 'hex').toString('base64url');
  const jwk = {
    kty: 'RSA',
    n: text(n),
    e: 'AQAB',
    d: text(d),
    p: text(p),
    q: text(q),
    dp: text(d % (p - 1n)),
    dq: text(d % (q - 1n)),
    qi: text(inverse(q, p)),
  };
  return createPrivateKey({ key: jwk, format: 'jwk' });
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [r, next, t, nextT] = [modulus, value % modulus, 0n, 1n];
  while (next !== 0n) {
    const quotient = r / next;
    [r, next, t, nextT] = [next, r - quotient * next, nextT, t - quotient * nextT];
  }
  return ((t % modulus) + modulus) % modulus;
}
