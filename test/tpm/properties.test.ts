import fc from 'fast-check';
import {
  akChecks,
  certifyChecks,
  decodeAttest,
  decodeImportBlob,
  decodePcrSelections,
  decodePublic,
  decodeSignature,
  encodeImportBlob,
  encodePcrSelections,
  encodePublic,
  encodeSignature,
  hashSize,
  nameOf,
  quoteChecks,
  Reader,
  verifySignature,
  Writer,
  type HashName,
  type ImportBlob,
  type PublicArea,
  type TpmSignature,
} from '../../src/tpm/index.js';
import { evidenceOf, keyNamed, quoteNamed } from './support/edits.js';
import { b64 } from './support/vectors.js';
import { refusedBy } from './support/verdicts.js';

const bytes = (minLength: number, maxLength: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ minLength, maxLength }).map((array) => Buffer.from(array));
const hash = fc.constantFrom<HashName>('sha1', 'sha256', 'sha384', 'sha512');
const attributes = fc.subarray([1, 2, 4, 5, 6, 7, 10, 11, 16, 17, 18, 19]).map((bits) => bits.reduce((all, bit) => all | (1 << bit), 0));
const symmetric = fc.constantFrom(undefined, { keyBits: 128 }, { keyBits: 256 });
const common = hash.chain((nameAlg) =>
  fc.record({ nameAlg: fc.constant(nameAlg), attributes, authPolicy: fc.oneof(bytes(0, 0), bytes(hashSize(nameAlg), hashSize(nameAlg))) }),
);
const rsaScheme = fc.oneof(
  fc.constant(undefined),
  fc.constant({ alg: 'rsaes' } as const),
  fc.record({ alg: fc.constantFrom('rsassa' as const, 'rsapss' as const, 'oaep' as const), hash }),
);
const eccScheme = fc.option(fc.record({ alg: fc.constant('ecdsa' as const), hash }), { nil: undefined });
const hmacScheme = fc.option(fc.record({ alg: fc.constant('hmac' as const), hash }), { nil: undefined });

const publicArea: fc.Arbitrary<PublicArea> = fc.oneof(
  fc
    .tuple(
      common,
      fc.record({ symmetric, scheme: rsaScheme, keyBits: fc.nat(0xffff), exponent: fc.nat(0xffffffff), modulus: bytes(0, 512) }),
    )
    .map(([shared, own]) => ({ type: 'rsa' as const, ...shared, ...own })),
  fc
    .tuple(
      common,
      fc.record({
        symmetric,
        scheme: eccScheme,
        curve: fc.constantFrom('P-256' as const, 'P-384' as const),
        x: bytes(0, 48),
        y: bytes(0, 48),
      }),
    )
    .map(([shared, own]) => ({ type: 'ecc' as const, ...shared, ...own })),
  fc
    .tuple(common, fc.record({ scheme: hmacScheme, unique: bytes(0, 64) }))
    .map(([shared, own]) => ({ type: 'keyedhash' as const, ...shared, ...own })),
);

const signature: fc.Arbitrary<TpmSignature> = fc.oneof(
  fc.record({ alg: fc.constantFrom('rsassa' as const, 'rsapss' as const), hash, signature: bytes(0, 512) }),
  fc.record({ alg: fc.constant('ecdsa' as const), hash, r: bytes(0, 48), s: bytes(0, 48) }),
);

const indices = fc.uniqueArray(fc.nat(23)).map((list) => list.toSorted((a, b) => a - b));
const selections = fc.array(fc.record({ bank: hash, indices }), { maxLength: 16 });

const importBlob: fc.Arbitrary<ImportBlob> = fc.record({
  duplicate: bytes(1, 600),
  encryptedSeed: bytes(1, 600),
  publicArea: bytes(1, 600),
  pcrs: fc.option(
    indices
      .chain((list) => fc.tuple(...list.map((index) => bytes(32, 32).map((value) => [index, value] as const))))
      .map((entries) => ({ hashAlg: 11, values: new Map(entries) })),
    { nil: undefined },
  ),
});

describe('what is written is what is read', () => {
  it('TPMT_PUBLIC', () => fc.assert(fc.property(publicArea, (area) => expect(decodePublic(encodePublic(area))).toEqual(area))));
  it('TPMT_SIGNATURE', () => fc.assert(fc.property(signature, (value) => expect(decodeSignature(encodeSignature(value))).toEqual(value))));
  it('TPML_PCR_SELECTION', () =>
    fc.assert(fc.property(selections, (value) => expect(decodePcrSelections(encodePcrSelections(value))).toEqual(value))));
  it('ImportBlob', () => fc.assert(fc.property(importBlob, (value) => expect(decodeImportBlob(encodeImportBlob(value))).toEqual(value))));
  it('integers of each size', () =>
    fc.assert(
      fc.property(fc.nat(0xff), fc.nat(0xffff), fc.nat(0xffffffff), fc.bigInt(0n, 0xffffffffffffffffn), bytes(0, 100), (a, b, c, d, e) => {
        const reader = new Reader(new Writer().u8(a).u16(b).u32(c).u64(d).sized(e).done(), 'x');
        expect([reader.u8('a'), reader.u16('b'), reader.u32('c'), reader.u64('d'), reader.sized('e')]).toEqual([a, b, c, d, e]);
        reader.finish();
      }),
    ));
});

it('two public areas have one name only if they are the same', () =>
  fc.assert(
    fc.property(publicArea, publicArea, (a, b) => {
      expect(nameOf(a).equals(nameOf(b))).toBe(encodePublic(a).equals(encodePublic(b)));
    }),
  ));

describe('random bytes either decode to something that encodes back to them, or are malformed', () => {
  const start = (prefix: string): fc.Arbitrary<Buffer> => bytes(0, 200).map((rest) => Buffer.concat([Buffer.from(prefix, 'hex'), rest]));
  it.each<[string, string, (input: Buffer) => Buffer | undefined]>([
    ['TPMT_PUBLIC', '0001000b', (input) => encodePublic(decodePublic(input))],
    ['TPMT_SIGNATURE', '0018000b', (input) => encodeSignature(decodeSignature(input))],
    ['TPML_PCR_SELECTION', '00000001', (input) => encodePcrSelections(decodePcrSelections(input))],
    ['TPMS_ATTEST', 'ff5443478018', (input) => (decodeAttest(input), undefined)],
    ['ImportBlob', '0a', (input) => (decodeImportBlob(input), undefined)],
  ])('%s', (_, prefix, again) =>
    fc.assert(
      fc.property(fc.oneof(start(prefix), bytes(0, 200)), (input) => {
        try {
          const output = again(input);
          if (output !== undefined) expect(output).toEqual(input);
        } catch (error) {
          expect(error).toMatchObject({ code: 'BYTES_MALFORMED' });
        }
      }),
      { numRuns: 1000 },
    ),
  );
});

/** Every single bit of some bytes, one at a time. */
function* flips(original: Buffer): Generator<readonly [bit: number, flipped: Buffer]> {
  for (let bit = 0; bit < 8 * original.length; bit++) {
    const flipped = Buffer.from(original);
    flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    yield [bit, flipped];
  }
}

describe.each(['pcr047_rsassa', 'pcr047_rsapss', 'pcr047_ecdsa'])('no flipped bit of %s verifies', (name) => {
  const quote = quoteNamed(name);
  const { akPublic, attestation, signature: good } = evidenceOf(quote);

  it('in the attestation', () => {
    for (const [bit, flipped] of flips(attestation)) expect([bit, verifySignature(akPublic, good, flipped)]).toEqual([bit, false]);
  });

  it('in the signature', () => {
    for (const [bit, flipped] of flips(b64(quote.signature_tpmt_b64))) {
      expect([bit, orFalse(() => verifySignature(akPublic, decodeSignature(flipped), attestation))]).toEqual([bit, false]);
    }
  });

  it('in the key', () => {
    for (const [bit, flipped] of flips(b64(quote.ak_tpmt_public_b64))) {
      const accepted = orFalse(() => {
        const changed = decodePublic(flipped);
        return verifySignature(changed, good, attestation) && refusedBy(akChecks, { akPublic: changed }).length === 0;
      });
      expect([bit, accepted]).toEqual([bit, false]);
    }
  });
});

it('no evidence makes a check throw', () => {
  const base = evidenceOf(quoteNamed('pcr047_rsassa'));
  const attestation = fc.oneof(
    bytes(0, 200),
    fc.nat(8 * base.attestation.length - 1).map((bit) => flipBit(base.attestation, bit)),
  );
  fc.assert(
    fc.property(publicArea, publicArea, signature, attestation, bytes(0, 70), (akPublic, keyPublic, made, attested, expectedExtraData) => {
      const evidence = { ...base, akPublic, keyPublic, signature: made, attestation: attested, expectedExtraData };
      expect(refusedBy(quoteChecks, evidence)).toContain('quote-signature');
      expect(refusedBy(certifyChecks, evidence)).toContain('certify-signature');
      refusedBy(akChecks, { akPublic });
    }),
    { numRuns: 500 },
  );
  expect(refusedBy(akChecks, { akPublic: keyNamed('ak_rsa') })).toEqual([]);
});

function flipBit(original: Buffer, bit: number): Buffer {
  const flipped = Buffer.from(original);
  flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return flipped;
}

function orFalse(judge: () => boolean): boolean {
  try {
    return judge();
  } catch (error) {
    expect(error).toMatchObject({ code: 'BYTES_MALFORMED' });
    return false;
  }
}
