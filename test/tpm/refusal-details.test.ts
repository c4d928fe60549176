import type { Check, Verdict } from '../../src/base/index.js';
import {
  akAuthPolicy,
  akKeySize,
  akKeyType,
  akKeyValid,
  akNameAlgorithm,
  akObjectAttributes,
  akScheme,
  akSymmetric,
  certifyBinding,
  certifyKeyAttributes,
  certifyMagicType,
  certifyName,
  certifyQualifiedName,
  certifyQualifiedSigner,
  certifySignature,
  decodePublic,
  decodeSignature,
  Handle,
  handleName,
  nameOf,
  ObjectAttribute,
  qualifiedNameOf,
  quoteBinding,
  quoteMagicType,
  quotePcrDigest,
  quotePcrSelection,
  quoteQualifiedSigner,
  quoteSignature,
  type AkEvidence,
  type CertifyEvidence,
  type PublicArea,
  type QuoteEvidence,
  type RsaPublic,
} from '../../src/tpm/index.js';
import { allow, evidenceOf, goodAk, keyNamed, quoteNamed } from './support/edits.js';
import { b64, vectors } from './support/vectors.js';

// Alice reads these details in her log when a VM is refused: each must say what was found and what should have been.

const sealedData: PublicArea = {
  type: 'keyedhash',
  nameAlg: 'sha256',
  attributes: 0,
  authPolicy: Buffer.alloc(0),
  scheme: undefined,
  unique: Buffer.alloc(32),
};
const born = 'fixedTPM|fixedParent|sensitiveDataOrigin|userWithAuth';

/** Rows by check and detail, for the titles. */
const named = <E, C>(rows: readonly (readonly [Check<E>, C, string])[]): [string, string, Check<E>, C][] =>
  rows.map(([check, change, detail]) => [check.id, detail, check, change]);

function detailOf(verdict: Verdict): string {
  if (verdict.kind === 'pass') return 'passed';
  return verdict.kind === 'skip' ? `skip: ${verdict.because}` : `refuse: ${verdict.detail}`;
}

describe('of an attestation key', () => {
  const rsa = (change: Partial<RsaPublic>): PublicArea => ({ ...goodAk, ...change });

  const rows: readonly (readonly [Check<AkEvidence>, PublicArea, string])[] = [
    [akKeyType, sealedData, 'the key is a keyed hash object'],
    [akNameAlgorithm, rsa({ nameAlg: 'sha384' }), 'nameAlg is sha384'],
    [akObjectAttributes, rsa({ attributes: 0x00040072 }), `attributes are ${born}|sign, must be ${born}|restricted|sign`],
    [akObjectAttributes, rsa({ attributes: 0 }), `attributes are none, must be ${born}|restricted|sign`],
    [akAuthPolicy, rsa({ authPolicy: Buffer.from('0a0b', 'hex') }), 'authPolicy is 0a0b'],
    [akSymmetric, rsa({ symmetric: { keyBits: 128 } }), 'the key names a cipher, or is no key pair'],
    [akScheme, rsa({ scheme: undefined }), 'the scheme is none, must be rsassa, rsapss or ecdsa'],
    [akScheme, rsa({ scheme: { alg: 'oaep', hash: 'sha256' } }), 'the scheme is oaep, must be rsassa, rsapss or ecdsa'],
    [akScheme, rsa({ scheme: { alg: 'rsassa', hash: 'sha1' } }), 'the scheme signs with sha1'],
    [akKeySize, rsa({ keyBits: 2047 }), 'the key says 2047 bits'],
    [akKeySize, rsa({ keyBits: 4097 }), 'the key says 4097 bits'],
    [akKeySize, rsa({ keyBits: 3072 }), 'the key says 3072 bits, its modulus is another number of bits'],
    [akKeyValid, rsa({ exponent: 3 }), 'the exponent is 3'],
    [akKeyValid, sealedData, 'the public area holds no valid key'],
  ];
  it.each(named(rows))('%s: %s', (_, detail, check, akPublic) => expect(detailOf(check.judge({ akPublic }))).toBe(`refuse: ${detail}`));
});

describe('of a quote', () => {
  const base = evidenceOf(quoteNamed('pcr047_rsassa'));
  const certify = vectors<{ cases: { attest_b64: string }[] }>('certify').cases[2]!;
  const owner = { ...evidenceOf(quoteNamed('owner_ak_rsa_pcr0')), ekPublic: keyNamed('ek_rsa') };
  const digest = quoteNamed('pcr047_rsassa').pcr_digest_hex;
  const unrelated = 'is neither the attestation key under the ek nor in the endorsement hierarchy';

  const rows: readonly (readonly [Check<QuoteEvidence>, Partial<QuoteEvidence>, string])[] = [
    [quoteSignature, { attestation: Buffer.alloc(2049) }, 'refuse: the attestation has 2049 bytes, over the limit of 2048'],
    [
      quoteSignature,
      { attestation: Buffer.alloc(9) },
      'refuse: the rsassa sha256 signature does not verify under the attestation key and its scheme',
    ],
    [quoteMagicType, { attestation: b64(certify.attest_b64) }, 'refuse: the attestation is a certify, must be a quote'],
    [quoteBinding, { expectedExtraData: Buffer.alloc(15) }, 'refuse: the expected extraData has 15 bytes, must have at least 16'],
    [quoteBinding, { expectedExtraData: Buffer.alloc(32) }, 'refuse: extraData is not the one that this attestation was asked for with'],
    [quotePcrSelection, { allowedPcrs: new Map() }, 'refuse: the policy names no register to compare with'],
    [quotePcrSelection, { allowedPcrs: allow({ 5: ['00'] }) }, 'refuse: the quote is over sha256:0,4,7, must be over sha256:0,4,5,7'],
    [
      quotePcrSelection,
      {
        allowedPcrs: new Map([
          ['sha1', new Map([[1, []]])],
          ['sha384', new Map([[2, []]])],
        ]),
      },
      'refuse: the quote is over sha256:0,4,7, must be over sha1:1+sha384:2',
    ],
    [
      quotePcrSelection,
      { attestation: b64(quoteNamed('empty_selection').attest_b64) },
      'refuse: the quote is over none, must be over sha256:0,4,7',
    ],
    [
      quotePcrDigest,
      { akPublic: { ...base.akPublic, scheme: undefined } as PublicArea },
      'refuse: the attestation key names no signing scheme',
    ],
    [quotePcrDigest, { allowedPcrs: new Map() }, 'refuse: the policy names no register'],
    [quotePcrDigest, { allowedPcrs: allow({ 4: [] }) }, 'refuse: the policy allows no value for sha256:4'],
    [quotePcrDigest, { allowedPcrs: allow({ 4: ['00'] }) }, 'refuse: a policy value of sha256:4 does not fit its bank'],
    [
      quotePcrDigest,
      { allowedPcrs: allow({ 0: Array.from({ length: 4097 }, () => '00'.repeat(32)) }) },
      'refuse: the policy allows 4097 combinations, over the limit of 4096',
    ],
    [
      quotePcrDigest,
      { allowedPcrs: allow({ 4: ['00'.repeat(32), '11'.repeat(32)] }) },
      `refuse: none of 2 allowed combinations has the digest ${digest}`,
    ],
    [quoteQualifiedSigner, {}, 'skip: the ek that the signer must be related to is not known'],
    [quoteQualifiedSigner, owner, `refuse: the signer ${quoteNamed('owner_ak_rsa_pcr0').attest_decoded.qualifiedSigner} ${unrelated}`],
  ];
  it.each(named(rows))('%s: %s', (_, detail, check, change) => expect(detailOf(check.judge({ ...base, ...change }))).toBe(detail));
});

describe('of a certified key', () => {
  const file = vectors<{
    cases: { name: string; object_tpmt_public_b64: string; qualifying_data_b64: string; attest_b64: string; signature_tpmt_b64: string }[];
  }>('certify');
  const vector = file.cases.find(({ name }) => name === 'raw_nonce')!;
  const base: CertifyEvidence = {
    akPublic: keyNamed('ak_rsa'),
    keyPublic: decodePublic(b64(vector.object_tpmt_public_b64)),
    attestation: b64(vector.attest_b64),
    signature: decodeSignature(b64(vector.signature_tpmt_b64)),
    expectedExtraData: b64(vector.qualifying_data_b64),
  };
  const key = base.keyPublic as RsaPublic;
  const endorsement = qualifiedNameOf(handleName(Handle.ENDORSEMENT), nameOf(keyNamed('ek_rsa')));
  const ownName = nameOf(base.keyPublic).toString('hex');
  const ownPlace = qualifiedNameOf(endorsement, nameOf(base.keyPublic)).toString('hex');
  const withKey = (change: Partial<RsaPublic>): Partial<CertifyEvidence> => ({ keyPublic: { ...key, ...change } });

  const rows: readonly (readonly [Check<CertifyEvidence>, Partial<CertifyEvidence>, string])[] = [
    [
      certifySignature,
      { attestation: Buffer.alloc(9) },
      'refuse: the rsassa sha256 signature does not verify under the attestation key and its scheme',
    ],
    [
      certifyMagicType,
      { attestation: b64(quoteNamed('pcr047_rsassa').attest_b64) },
      'refuse: the attestation is a quote, must be a certify',
    ],
    [certifyBinding, { expectedExtraData: Buffer.alloc(32) }, 'refuse: extraData is not the one that this attestation was asked for with'],
    [certifyName, { keyPublic: keyNamed('usign_ecc') }, `refuse: the certified name is ${ownName}, not that of the public area sent`],
    [certifyQualifiedName, {}, 'skip: the parent that the certified key must have is not known'],
    [
      certifyQualifiedName,
      { keyParentQualifiedName: handleName(Handle.OWNER) },
      `refuse: the qualified name ${ownPlace} is not that of this key under the expected parent`,
    ],
    [certifyQualifiedSigner, {}, 'skip: the ek that the signer must be related to is not known'],
    [certifyKeyAttributes, withKey({ attributes: key.attributes & ~ObjectAttribute.sign }), 'refuse: the key lacks sign'],
    [
      certifyKeyAttributes,
      withKey({ attributes: key.attributes | ObjectAttribute.restricted | ObjectAttribute.decrypt }),
      'refuse: the key has restricted|decrypt',
    ],
    [certifyKeyAttributes, withKey({ keyBits: 2047 }), 'refuse: the key has 2047 bits'],
    [certifyKeyAttributes, withKey({ nameAlg: 'sha1' }), 'refuse: the name of the key is a sha1 digest'],
    [certifyKeyAttributes, withKey({ scheme: undefined }), 'refuse: the key has no signing scheme with sha256 or better'],
    [certifyKeyAttributes, withKey({ modulus: Buffer.alloc(0) }), 'refuse: the public area holds no valid key'],
  ];
  it.each(named(rows))('%s: %s', (_, detail, check, change) => expect(detailOf(check.judge({ ...base, ...change }))).toBe(detail));
});
