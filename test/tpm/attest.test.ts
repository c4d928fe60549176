import {
  decodeAttest,
  decodePcrSelections,
  decodePublic,
  decodeSignature,
  encodePcrSelections,
  encodeSignature,
  pcrDigest,
  verifySignature,
} from '../../src/tpm/index.js';
import { b64, unhex, vectors, type QuotesFile } from './support/vectors.js';

const { cases, sign } = vectors<QuotesFile>('quotes');

describe('quotes made by a TPM', () => {
  for (const quote of cases) {
    const attest = decodeAttest(b64(quote.attest_b64));
    const ak = decodePublic(b64(quote.ak_tpmt_public_b64));

    it(`${quote.name}: decodes to the fields that the recording tool saw`, () => {
      const { attest_decoded: seen } = quote;
      expect(attest).toEqual({
        type: 'quote',
        qualifiedSigner: unhex(seen.qualifiedSigner),
        extraData: unhex(seen.extraData),
        clock: BigInt(seen.clock),
        resetCount: seen.resetCount,
        restartCount: seen.restartCount,
        safe: seen.safe === 1,
        firmwareVersion: BigInt(seen.firmwareVersion),
        pcrSelections: decodePcrSelections(unhex(quote.selection_hex)),
        pcrDigest: unhex(seen.pcrDigest),
      });
    });

    it(`${quote.name}: its selection encodes back to the same bytes`, () =>
      expect(encodePcrSelections(decodePcrSelections(unhex(quote.selection_hex)))).toEqual(unhex(quote.selection_hex)));

    it(`${quote.name}: its digest is over the values in selection order`, () =>
      expect(
        pcrDigest(
          'sha256',
          quote.pcr_values.map((value) => unhex(value.value_hex)),
        ),
      ).toEqual(unhex(quote.pcr_digest_hex)));

    it(`${quote.name}: its signature verifies and encodes back to the same bytes`, () => {
      const signature = decodeSignature(b64(quote.signature_tpmt_b64));
      expect(encodeSignature(signature)).toEqual(b64(quote.signature_tpmt_b64));
      expect(verifySignature(ak, signature, b64(quote.attest_b64))).toBe(true);
    });
  }

  it('verifies what TPM2_Sign signed', () => {
    const { keys } = vectors<{ keys: Record<string, { tpmt_public_b64: string }> }>('keys');
    for (const { key, data_b64, signature_tpmt_b64 } of sign) {
      const area = decodePublic(b64(keys[key]!.tpmt_public_b64));
      expect(verifySignature(area, decodeSignature(b64(signature_tpmt_b64)), b64(data_b64))).toBe(true);
    }
  });
});

describe('decodeAttest refuses, and says what', () => {
  const good = b64(cases[0]!.attest_b64);
  const edited = (offset: number, text: string): Buffer =>
    Buffer.concat([good.subarray(0, offset), unhex(text), good.subarray(offset + text.length / 2)]);

  it.each([
    ['another magic', 0, 'ff544348', 'attest/magic: is 0xff544348, not made by a TPM'],
    ['an NV attestation', 4, '8014', 'attest/type: 0x8014 is neither a quote (0x8018), a certify (0x8017) nor a creation (0x801a)'],
    ['a session audit', 4, '8016', 'attest/type: 0x8016 is neither a quote (0x8018), a certify (0x8017) nor a creation (0x801a)'],
    ['a time attestation', 4, '8019', 'attest/type: 0x8019 is neither a quote (0x8018), a certify (0x8017) nor a creation (0x801a)'],
    ['a signer of 67 bytes', 6, '0043', 'attest/qualifiedSigner: length 67 is over the limit of 66'],
    ['a safe of 2', 80, '02', 'attest/safe: is 2, must be 0 or 1'],
  ])('%s', (_, offset, text, message) =>
    expect(() => decodeAttest(edited(offset, text))).toThrow(expect.objectContaining({ code: 'BYTES_MALFORMED', message })),
  );

  it('but takes safe = 0: the clock may have gone back, which is for the caller to judge', () =>
    expect(decodeAttest(edited(80, '00')).safe).toBe(false));
});
