import { decodeAttest, decodeImportBlob, decodePcrSelections, decodePublic, decodeSignature } from '../../../src/tpm/index.js';
import { quoteNamed } from './edits.js';
import { b64, unhex, vectors, type KeysFile } from './vectors.js';

/** A well-formed structure, its decoder, and where its lengths and counts are. */
export interface Specimen {
  readonly name: string;
  readonly bytes: Buffer;
  readonly decode: (bytes: Buffer) => unknown;
  /** Offset and width in bytes of every length or count field. */
  readonly lengths: readonly (readonly [offset: number, width: number])[];
  /** Where it may end early: the register field of an import blob is the last and optional. */
  readonly mayEndAt?: number;
}

const { keys } = vectors<KeysFile>('keys');
const certify = vectors<{ cases: { attest_b64: string }[]; creation: { attest_b64: string }[] }>('certify');
const sealed = vectors<{ cases: { tpmt_public_b64: string }[] }>('seal').cases[0]!;
const blobs = vectors<{ import_blobs: { name: string; import_blob_b64: string }[] }>('import').import_blobs;
const key = (name: string): Buffer => b64(keys[name]!.tpmt_public_b64);
const attest = (name: string): Buffer => b64(quoteNamed(name).attest_b64);

/** qualifiedSigner and extraData of an attestation with a 34-byte signer and a 20-byte nonce. */
const attestHead = [
  [6, 2],
  [42, 2],
] as const;

export const specimens: readonly Specimen[] = [
  {
    name: 'RSA attestation key',
    bytes: key('ak_rsa'),
    decode: decodePublic,
    lengths: [
      [8, 2],
      [22, 2],
    ],
  },
  {
    name: 'RSA endorsement key',
    bytes: key('ek_rsa'),
    decode: decodePublic,
    lengths: [
      [8, 2],
      [56, 2],
    ],
  },
  {
    name: 'ECC attestation key',
    bytes: key('ak_ecc'),
    decode: decodePublic,
    lengths: [
      [8, 2],
      [20, 2],
      [54, 2],
    ],
  },
  {
    name: 'ECC endorsement key',
    bytes: key('ek_ecc'),
    decode: decodePublic,
    lengths: [
      [8, 2],
      [54, 2],
      [88, 2],
    ],
  },
  {
    name: 'sealed data',
    bytes: b64(sealed.tpmt_public_b64),
    decode: decodePublic,
    lengths: [
      [8, 2],
      [44, 2],
    ],
  },
  {
    name: 'HMAC key',
    bytes: unhex(`0008000b00040072 0000 0005000b 0020${'ab'.repeat(32)}`.replaceAll(' ', '')),
    decode: decodePublic,
    lengths: [
      [8, 2],
      [14, 2],
    ],
  },
  { name: 'quote', bytes: attest('pcr047_rsassa'), decode: decodeAttest, lengths: [...attestHead, [89, 4], [95, 1], [99, 2]] },
  {
    name: 'quote over two banks',
    bytes: attest('two_banks_sha1_sha256'),
    decode: decodeAttest,
    lengths: [...attestHead, [89, 4], [95, 1], [101, 1], [105, 2]],
  },
  { name: 'certification', bytes: b64(certify.cases[2]!.attest_b64), decode: decodeAttest, lengths: [...attestHead, [89, 2], [125, 2]] },
  { name: 'creation', bytes: b64(certify.creation[0]!.attest_b64), decode: decodeAttest, lengths: [...attestHead, [89, 2], [125, 2]] },
  { name: 'RSASSA signature', bytes: b64(quoteNamed('pcr047_rsassa').signature_tpmt_b64), decode: decodeSignature, lengths: [[4, 2]] },
  { name: 'RSAPSS signature', bytes: b64(quoteNamed('pcr047_rsapss').signature_tpmt_b64), decode: decodeSignature, lengths: [[4, 2]] },
  {
    name: 'ECDSA signature',
    bytes: b64(quoteNamed('pcr047_ecdsa').signature_tpmt_b64),
    decode: decodeSignature,
    lengths: [
      [4, 2],
      [38, 2],
    ],
  },
  {
    name: 'PCR selections',
    bytes: unhex('00000002000403010000000b03810000'),
    decode: decodePcrSelections,
    lengths: [
      [0, 4],
      [6, 1],
      [12, 1],
    ],
  },
  {
    name: 'import blob with registers',
    bytes: b64(blobs.find(({ name }) => name === 'sealed_pcr047')!.import_blob_b64),
    decode: decodeImportBlob,
    mayEndAt: 432,
    lengths: [
      [1, 1],
      [94, 2],
      [353, 1],
      [433, 2],
    ],
  },
  {
    name: 'import blob without registers',
    bytes: b64(blobs.find(({ name }) => name === 'sealed_nopcr')!.import_blob_b64),
    decode: decodeImportBlob,
    mayEndAt: 400,
    lengths: [
      [1, 1],
      [94, 2],
      [353, 1],
    ],
  },
];
