import { runChecks } from '../../src/base/index.js';
import {
  akChecks,
  certifyChecks,
  certifyKeyAttributes,
  decodeAttest,
  decodePublic,
  decodeSignature,
  encodePublic,
  Handle,
  handleName,
  nameOf,
  ObjectAttribute,
  qualifiedNameOf,
  type CertifyEvidence,
  type PublicArea,
  type RsaPublic,
} from '../../src/tpm/index.js';
import { keyNamed, quoteNamed } from './support/edits.js';
import { b64, unhex, vectors } from './support/vectors.js';
import { refusedBy } from './support/verdicts.js';

interface CertifyVector {
  readonly name: string;
  readonly object_tpmt_public_b64: string;
  readonly object_qualified_name_hex: string;
  readonly ak_tpmt_public_b64: string;
  readonly qualifying_data_b64: string;
  readonly attest_b64: string;
  readonly signature_tpmt_b64: string;
}

const file = vectors<{
  cases: CertifyVector[];
  creation: (Omit<CertifyVector, 'object_qualified_name_hex'> & { creation_hash_hex: string })[];
  same_modulus_other_name: { tpmt_public_b64: string };
}>('certify');
const named = (name: string): CertifyVector => file.cases.find((vector) => vector.name === name)!;
const ak = keyNamed('ak_rsa');

const evidenceOf = (vector: Omit<CertifyVector, 'object_qualified_name_hex' | 'ak_tpmt_public_b64'>): CertifyEvidence => ({
  akPublic: ak,
  keyPublic: decodePublic(b64(vector.object_tpmt_public_b64)),
  attestation: b64(vector.attest_b64),
  signature: decodeSignature(b64(vector.signature_tpmt_b64)),
  expectedExtraData: b64(vector.qualifying_data_b64),
});
const base = evidenceOf(named('raw_nonce'));
const key = base.keyPublic as RsaPublic;
const refused = (change: Partial<CertifyEvidence>): readonly string[] => refusedBy(certifyChecks, { ...base, ...change });

/** What asks for the contents of a certification and finds something else. */
const undecoded = ['certify-magic-type', 'certify-binding', 'certify-name', 'certify-qualified-name', 'certify-qualified-signer'];

describe('certifications that a TPM made', () => {
  it.each(file.cases)('$name: decodes to the name and qualified name that the TPM reports', (vector) => {
    const attest = decodeAttest(b64(vector.attest_b64));
    expect(attest).toMatchObject({
      type: 'certify',
      name: nameOf(decodePublic(b64(vector.object_tpmt_public_b64))),
      qualifiedName: unhex(vector.object_qualified_name_hex),
    });
  });

  it('a certified signing key passes', () => expect(refused({})).toEqual([]));

  it.each(['tool_usign_rsa', 'tool_usign_ecc'])('%s passes but for its short qualifying data', (name) => {
    const evidence = { ...evidenceOf(named(name)), akPublic: decodePublic(b64(named(name).ak_tpmt_public_b64)) };
    expect(refusedBy(certifyChecks, evidence)).toEqual(['certify-binding']);
  });

  it('a creation attestation decodes, and is no certification', () => {
    const creation = file.creation[0]!;
    expect(decodeAttest(b64(creation.attest_b64))).toMatchObject({
      type: 'creation',
      objectName: nameOf(decodePublic(b64(creation.object_tpmt_public_b64))),
      creationHash: unhex(creation.creation_hash_hex),
    });
    expect(refusedBy(certifyChecks, evidenceOf(creation))).toEqual(undecoded);
  });
});

describe('each check alone refuses what only it sees', () => {
  it('certify-signature: one flipped bit of the clock', () => {
    const attestation = Buffer.from(base.attestation);
    attestation.writeUInt8(attestation.readUInt8(71) ^ 1, 71);
    expect(refused({ attestation })).toEqual(['certify-signature']);
  });
  it('certify-signature: another attestation key', () =>
    expect(refused({ akPublic: keyNamed('gce_ak_rsa') })).toEqual(['certify-signature']));
  it('certify-binding: other qualifying data', () => expect(refused({ expectedExtraData: Buffer.alloc(20) })).toEqual(['certify-binding']));
  it('certify-binding: nothing to compare with', () =>
    expect(refused({ expectedExtraData: Buffer.alloc(0) })).toEqual(['certify-binding']));
  it('certify-name: another key that would do', () => expect(refused({ keyPublic: keyNamed('usign_ecc') })).toEqual(['certify-name']));
  it('certify-key-attributes: a software key that the TPM certified', () =>
    expect(refusedBy(certifyChecks, evidenceOf(named('external_software_key')))).toEqual(['certify-key-attributes']));
  it('certify-magic-type: a quote', () => {
    const quote = quoteNamed('pcr047_rsassa');
    const change = { attestation: b64(quote.attest_b64), signature: decodeSignature(b64(quote.signature_tpmt_b64)) };
    expect(refused(change)).toEqual(undecoded);
  });
});

describe('the places of key and signer', () => {
  const ekPublic = keyNamed('ek_rsa');
  const underEndorsement = qualifiedNameOf(handleName(Handle.ENDORSEMENT), nameOf(ekPublic));

  it('pass when the key is a child of the parent named and the signer a child of the EK', () =>
    expect(runChecks(certifyChecks, { ...base, ekPublic, keyParentQualifiedName: underEndorsement }).map(({ outcome }) => outcome)).toEqual(
      certifyChecks.map(() => 'passed'),
    ));
  it('certify-qualified-name alone refuses a key under another parent', () =>
    expect(refused({ ekPublic, keyParentQualifiedName: handleName(Handle.OWNER) })).toEqual(['certify-qualified-name']));
  it('certify-qualified-signer alone refuses a signer under another EK', () =>
    expect(refused({ ekPublic: keyNamed('srk_rsa'), keyParentQualifiedName: underEndorsement })).toEqual(['certify-qualified-signer']));
  it('are skipped by name when neither is known', () =>
    expect(
      runChecks(certifyChecks, base)
        .filter(({ outcome }) => outcome === 'skipped')
        .map(({ check }) => check),
    ).toEqual(['certify-qualified-name', 'certify-qualified-signer']));
});

it('the same modulus with other attributes has the same PEM and another name', () => {
  const keyPublic = decodePublic(b64(file.same_modulus_other_name.tpmt_public_b64));
  expect((keyPublic as RsaPublic).modulus).toEqual(key.modulus);
  expect(refused({ keyPublic })).toContain('certify-name');
});

describe('certify-key-attributes', () => {
  const kind = (keyPublic: PublicArea): string => certifyKeyAttributes.judge({ ...base, keyPublic }).kind;
  const attributes = (set: number, clear = 0): PublicArea => ({ ...key, attributes: (key.attributes | set) & ~clear });

  it.each(['fixedTPM', 'fixedParent', 'sensitiveDataOrigin', 'sign'] as const)('refuses a key without %s', (bit) =>
    expect(kind(attributes(0, ObjectAttribute[bit]))).toBe('refuse'),
  );

  it.each(['restricted', 'decrypt', 'encryptedDuplication', 'x509sign'] as const)('refuses a key with %s', (bit) =>
    expect(kind(attributes(ObjectAttribute[bit]))).toBe('refuse'),
  );

  it.each(['noDA', 'adminWithPolicy', 'stClear'] as const)('does not mind %s', (bit) =>
    expect(kind(attributes(ObjectAttribute[bit]))).toBe('pass'),
  );

  it.each<[string, PublicArea]>([
    ['1024 bits', { ...key, keyBits: 1024 }],
    ['a SHA-1 name', { ...key, nameAlg: 'sha1' }],
    ['no scheme', { ...key, scheme: undefined }],
    ['an encryption scheme', { ...key, scheme: { alg: 'rsaes' } }],
    ['OAEP', { ...key, scheme: { alg: 'oaep', hash: 'sha256' } }],
    ['a SHA-1 scheme', { ...key, scheme: { alg: 'rsassa', hash: 'sha1' } }],
    ['no modulus', { ...key, modulus: Buffer.alloc(0) }],
    [
      'sealed data',
      {
        type: 'keyedhash',
        nameAlg: 'sha256',
        attributes: key.attributes,
        authPolicy: Buffer.alloc(0),
        scheme: undefined,
        unique: Buffer.alloc(32),
      },
    ],
  ])('refuses %s', (_, keyPublic) => expect(kind(keyPublic)).toBe('refuse'));
});

it('an attestation key is no signing key, nor the other way round', () => {
  expect(refused({ keyPublic: ak })).toContain('certify-key-attributes');
  expect(refusedBy(akChecks, { akPublic: key })).toEqual(['ak-attributes']);
  expect(encodePublic(key)).toEqual(b64(named('raw_nonce').object_tpmt_public_b64));
});
