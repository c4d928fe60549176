import { createPrivateKey, createPublicKey, createSecretKey, generateKeyPairSync } from 'node:crypto';
import {
  decodeImportBlob,
  decodePublic,
  ekPublicFromSpki,
  encodeImportBlob,
  encodePcrSelections,
  encodePublic,
  nameOf,
  sealingPolicyOf,
  sealToEk,
  signingKeyToEk,
  type PcrBank,
  type SealingPcrs,
} from '../../src/tpm/index.js';
import { decryptSeed, outerUnwrap } from './support/unwrap.js';
import { b64, unhex, vectors, type KeysFile } from './support/vectors.js';

interface ImportVector {
  readonly name: string;
  readonly kind: 'sealed' | 'signing';
  readonly ek: string;
  readonly import_blob_b64: string;
  readonly fields: {
    readonly duplicate_b64: string;
    readonly encrypted_seed_b64: string;
    readonly public_area_b64: string;
    readonly pcrs: { readonly hash: number; readonly pcrs: Readonly<Record<string, string>> } | null;
  };
  readonly data_b64: string | null;
  readonly obfuscation_seed_hex: string | null;
  readonly auth_policy_hex: string;
  readonly pcr_selection_hex: string | null;
  readonly intermediates: { readonly seed_hex: string; readonly name_hex: string; readonly sensitive_plain_b64: string };
  readonly private_key_pkcs8_pem?: string;
}

const { keys } = vectors<KeysFile>('keys');
const { import_blobs: blobs } = vectors<{ import_blobs: ImportVector[] }>('import');
const banks: Readonly<Record<number, PcrBank>> = { 4: 'sha1', 11: 'sha256' };
const failed = (message: string): Error => expect.objectContaining({ code: 'CRYPTO_FAILED', message }) as Error;

function pcrsOf({ fields }: ImportVector): { readonly pcrs?: SealingPcrs } {
  const entries = Object.entries(fields.pcrs?.pcrs ?? {});
  if (fields.pcrs === null || entries.length === 0) return {};
  return { pcrs: { bank: banks[fields.pcrs.hash]!, values: new Map(entries.map(([index, value]) => [Number(index), unhex(value)])) } };
}

describe('import blobs that a TPM imported', () => {
  describe.each(blobs)('$name', (vector) => {
    const blob = decodeImportBlob(b64(vector.import_blob_b64));

    it('decodes to its fields and encodes back to the same bytes', () => {
      expect(blob.duplicate).toEqual(b64(vector.fields.duplicate_b64));
      expect(blob.encryptedSeed).toEqual(b64(vector.fields.encrypted_seed_b64));
      expect(blob.publicArea).toEqual(b64(vector.fields.public_area_b64));
      const values = Object.entries(vector.fields.pcrs?.pcrs ?? {}).map(([index, value]) => [Number(index), unhex(value)] as const);
      expect(blob.pcrs).toEqual(vector.fields.pcrs === null ? undefined : { hashAlg: vector.fields.pcrs.hash, values: new Map(values) });
      expect(encodeImportBlob(blob)).toEqual(b64(vector.import_blob_b64));
    });

    it('names the policy that its public area has', () => {
      const policy = sealingPolicyOf(blob);
      expect(policy?.policy ?? Buffer.alloc(0)).toEqual(decodePublic(blob.publicArea).authPolicy);
      expect((policy?.policy ?? Buffer.alloc(0)).toString('hex')).toBe(vector.auth_policy_hex);
      expect(policy === undefined ? null : encodePcrSelections([policy.selection]).toString('hex')).toBe(vector.pcr_selection_hex);
    });

    it('opens to the recorded sensitive area under the recorded seed', () => {
      const name = nameOf(decodePublic(blob.publicArea));
      expect(name).toEqual(unhex(vector.intermediates.name_hex));
      const plain = outerUnwrap(unhex(vector.intermediates.seed_hex), name, blob.duplicate);
      expect(plain).toEqual(b64(vector.intermediates.sensitive_plain_b64));
    });
  });
});

describe('sealToEk makes the very duplicate and public area that a TPM opened', () => {
  const rsa = blobs.filter(({ kind, ek }) => kind === 'sealed' && ek === 'ek_rsa');

  it('has vectors with and without registers, and in the SHA-1 bank', () => expect(rsa.length).toBeGreaterThan(5));

  it.each(rsa)('$name', (vector) => {
    const draws = [unhex(vector.obfuscation_seed_hex!), unhex(vector.intermediates.seed_hex)];
    const ekPublic = ekPublicFromSpki(keys[vector.ek]!.pem);
    const made = sealToEk({ ekPublic, data: b64(vector.data_b64!), ...pcrsOf(vector), random: () => draws.shift()! });
    expect(made.duplicate).toEqual(b64(vector.fields.duplicate_b64));
    expect(made.publicArea).toEqual(b64(vector.fields.public_area_b64));
  });
});

describe('signingKeyToEk', () => {
  const signing = blobs.filter(({ kind }) => kind === 'signing');

  it.each(signing)('wraps the sensitive area that a TPM imported: $name', (vector) => {
    const privateKey = createPrivateKey(vector.private_key_pkcs8_pem!);
    const ekPublic = ekPublicFromSpki(keys['ek_rsa']!.pem);
    const made = signingKeyToEk({ ekPublic, privateKey, ...pcrsOf(vector), random: () => unhex(vector.intermediates.seed_hex) });
    const area = decodePublic(made.publicArea);
    const plain = outerUnwrap(unhex(vector.intermediates.seed_hex), nameOf(area), made.duplicate);
    expect(plain).toEqual(b64(vector.intermediates.sensitive_plain_b64));
    // The exponent is always written out; the TPM takes 0 for 65537 too, under another name.
    expect(encodePublic({ ...decodePublic(b64(vector.fields.public_area_b64)), exponent: 65537 } as typeof area)).toEqual(made.publicArea);
  });

  it('makes the very duplicate where the exponent is written out', () => {
    const vector = signing.find(({ name }) => name === 'signing_nopcr')!;
    const privateKey = createPrivateKey(vector.private_key_pkcs8_pem!);
    const made = signingKeyToEk({
      ekPublic: ekPublicFromSpki(keys['ek_rsa']!.pem),
      privateKey,
      random: () => unhex(vector.intermediates.seed_hex),
    });
    expect(made.duplicate).toEqual(b64(vector.fields.duplicate_b64));
    expect(made.publicArea).toEqual(b64(vector.fields.public_area_b64));
  });

  const { publicKey: rsaPublic } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  it.each([
    ['a public key', rsaPublic],
    ['an EC key', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
    ['a secret key', createSecretKey(Buffer.alloc(32))],
    ['an EC key on a curve that JWK does not know', generateKeyPairSync('ec', { namedCurve: 'brainpoolP256r1' }).privateKey],
  ])('refuses %s', (_, privateKey) =>
    expect(() => signingKeyToEk({ ekPublic: ekPublicFromSpki(rsaPublic), privateKey })).toThrow(
      failed('only an rsa private key can be wrapped as a signing key'),
    ),
  );

  it('refuses a key of 1024 bits', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    expect(() => signingKeyToEk({ ekPublic: ekPublicFromSpki(rsaPublic), privateKey })).toThrow(
      failed('a signing key has 2048, 3072 or 4096 bits, not 1024'),
    );
  });
});

describe('sealToEk', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ekPublic = ekPublicFromSpki(publicKey);
  const values = new Map([[0, Buffer.alloc(32)]]);

  it('is opened by the holder of the EK only with the label of a duplication', () => {
    const blob = sealToEk({ ekPublic, data: Buffer.from('open sesame') });
    const seed = decryptSeed(privateKey, 'DUPLICATE', blob.encryptedSeed);
    const plain = outerUnwrap(seed, nameOf(decodePublic(blob.publicArea)), blob.duplicate);
    expect(plain?.subarray(-11).toString()).toBe('open sesame');
    expect(() => decryptSeed(privateKey, 'IDENTITY', blob.encryptedSeed)).toThrow();
  });

  it('does not open with a public area that asks for less', () => {
    const sealed = sealToEk({ ekPublic, data: Buffer.from('open sesame'), pcrs: { bank: 'sha256', values } });
    const seed = decryptSeed(privateKey, 'DUPLICATE', sealed.encryptedSeed);
    const weaker = { ...decodePublic(sealed.publicArea), authPolicy: Buffer.alloc(0), attributes: 0x40 };
    expect(outerUnwrap(seed, nameOf(weaker), sealed.duplicate)).toBeUndefined();
  });

  it('sorts registers before it computes the policy', () => {
    const [zero, seven] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    const policy = (entries: [number, Buffer][]): unknown =>
      decodePublic(sealToEk({ ekPublic, data: zero, pcrs: { bank: 'sha256', values: new Map(entries) } }).publicArea).authPolicy;
    expect(
      policy([
        [7, seven],
        [0, zero],
      ]),
    ).toEqual(
      policy([
        [0, zero],
        [7, seven],
      ]),
    );
  });

  it.each([0, 129])('refuses %i bytes of data', (size) =>
    expect(() => sealToEk({ ekPublic, data: Buffer.alloc(size) })).toThrow(
      failed(`a tpm seals 1 to 128 bytes, not ${size}: seal a key, encrypt the rest with it`),
    ),
  );

  it('seals 128 bytes', () => expect(sealToEk({ ekPublic, data: Buffer.alloc(128) }).publicArea).toHaveLength(46));

  it('refuses a bank without registers', () =>
    expect(() => sealToEk({ ekPublic, data: Buffer.alloc(1), pcrs: { bank: 'sha256', values: new Map() } })).toThrow(
      failed('no pcr values to seal to: name some, or leave the bank out too'),
    ));

  it('refuses a value that does not fit its bank', () =>
    expect(() => sealToEk({ ekPublic, data: Buffer.alloc(1), pcrs: { bank: 'sha1', values } })).toThrow(
      failed('the value of pcr 0 has 32 bytes, the sha1 bank has 20'),
    ));

  it('refuses a register that does not exist', () =>
    expect(() =>
      sealToEk({ ekPublic, data: Buffer.alloc(1), pcrs: { bank: 'sha256', values: new Map([[24, Buffer.alloc(32)]]) } }),
    ).toThrow(expect.objectContaining({ code: 'BYTES_MALFORMED' })));

  it('names an unknown bank of a blob', () =>
    expect(() => sealingPolicyOf({ pcrs: { hashAlg: 18, values } })).toThrow(
      expect.objectContaining({ code: 'BYTES_MALFORMED', message: 'importBlob/pcrs/hash: 18 is not a bank known here' }),
    ));

  it('takes a PEM or a key for the EK', () =>
    expect(ekPublicFromSpki(createPublicKey(keys['ek_rsa']!.pem))).toEqual(decodePublic(b64(keys['ek_rsa']!.tpmt_public_b64))));
});

it('the published sample blob decodes field by field, and its policy is that of its own registers', () => {
  const sample = vectors<{
    import_blob_b64: string;
    protobuf_fields: { value_b64: string }[];
    decoded: { name_hex: string; public_area: { authPolicy_hex: string } };
  }>('importblob-sample');
  const blob = decodeImportBlob(b64(sample.import_blob_b64));
  expect([blob.duplicate, blob.encryptedSeed, blob.publicArea]).toEqual(
    sample.protobuf_fields.slice(0, 3).map(({ value_b64 }) => b64(value_b64)),
  );
  expect(nameOf(decodePublic(blob.publicArea)).toString('hex')).toBe(sample.decoded.name_hex);
  expect(sealingPolicyOf(blob)?.policy.toString('hex')).toBe(sample.decoded.public_area.authPolicy_hex);
  expect(encodeImportBlob(blob)).toEqual(b64(sample.import_blob_b64));
});
