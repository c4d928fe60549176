import { kdfa, kdfe, labelBytes, hashNameOf, outerWrap } from '../../src/tpm/index.js';
import { unhex, vectors } from './support/vectors.js';

interface KdfVector {
  readonly Name: string;
  readonly HashAlg: number;
  readonly Key: string;
  readonly Z: string;
  readonly Label: string;
  readonly ContextU: string;
  readonly ContextV: string;
  readonly Bits: number;
  readonly Result: string;
}

describe('KDFa', () => {
  it.each(vectors<KdfVector[]>('go-tpm-kdfa'))(
    'gives the reference result: $Name',
    ({ HashAlg, Key, Label, ContextU, ContextV, Bits, Result }) => {
      expect(kdfa(hashNameOf(HashAlg)!, unhex(Key), Label, unhex(ContextU), unhex(ContextV), Bits).toString('hex')).toBe(Result);
    },
  );
});

describe('KDFe', () => {
  it.each(vectors<KdfVector[]>('go-tpm-kdfe'))(
    'gives the reference result: $Name',
    ({ HashAlg, Z, Label, ContextU, ContextV, Bits, Result }) => {
      expect(kdfe(hashNameOf(HashAlg)!, unhex(Z), Label, unhex(ContextU), unhex(ContextV), Bits).toString('hex')).toBe(Result);
    },
  );
});

it('a label ends in exactly one zero byte', () => expect(labelBytes('IDENTITY')).toEqual(unhex('4944454e5449545900')));

it('the outer wrap equals one that a TPM opened, and its keys the recorded ones', () => {
  const { cases } = vectors<{
    cases: {
      name: string;
      ak_name_hex: string;
      secret_b64: string;
      credential_blob_b64: string;
      intermediates: { seed_hex: string; sym_key_hex: string; hmac_key_hex: string };
    }[];
  }>('makecredential');
  const soft = cases.filter(({ name }) => name.startsWith('soft_'));
  expect(soft).toHaveLength(6);
  for (const { ak_name_hex, secret_b64, credential_blob_b64, intermediates } of soft) {
    const seed = unhex(intermediates.seed_hex);
    const none = Buffer.alloc(0);
    expect(kdfa('sha256', seed, 'STORAGE', unhex(ak_name_hex), none, 128)).toEqual(unhex(intermediates.sym_key_hex));
    expect(kdfa('sha256', seed, 'INTEGRITY', none, none, 256)).toEqual(unhex(intermediates.hmac_key_hex));
    const secret = Buffer.from(secret_b64, 'base64');
    const plain = Buffer.concat([Buffer.of(0, secret.length), secret]);
    expect(outerWrap({ hash: 'sha256', symmetricBits: 128 }, seed, unhex(ak_name_hex), plain)).toEqual(
      Buffer.from(credential_blob_b64, 'base64'),
    );
  }
});
