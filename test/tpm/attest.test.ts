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
