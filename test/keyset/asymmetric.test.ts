import { createHash, webcrypto } from 'node:crypto';
import type * as TinkCrypto from 'tink-crypto';
import { createKeyset, inspectKeyset, keysetTemplates, openKeyset } from '../../src/keyset/index.js';
import { decodeKey, encodeKey } from '../../src/keyset/key-message.js';
import { decodeKeyset, encodeKeyset } from '../../src/keyset/keyset-message.js';
import { loadTink } from '../../src/keyset/tink-library.js';

// Keysets with key pairs are made and checked by our own code. Here Tink's library, which does them in a browser only, is told
// that this is one, and uses what we made.
let tink: typeof TinkCrypto;
beforeAll(async () => {
  tink = await loadTink();
  const window = { crypto: webcrypto, atob: globalThis.atob.bind(globalThis), btoa: globalThis.btoa.bind(globalThis) };
  Object.assign(globalThis, { window });
  tink.signature.register();
  tink.hybrid.register();
});

const data = new TextEncoder().encode('what Alice says');
const context = new TextEncoder().encode('context');
type Handle = ReturnType<typeof TinkCrypto.binaryInsecure.deserializeKeyset>;
const handleOf = (keyset: Uint8Array): Handle => tink.binaryInsecure.deserializeKeyset(new Uint8Array(keyset));

async function signsAndVerifies(keyset: Uint8Array): Promise<boolean> {
  const handle = handleOf(keyset);
  const signer = await handle.getPrimitive<TinkCrypto.signature.PublicKeySign>(tink.signature.PublicKeySign);
  const verifier = await handle.getPublicKeysetHandle().getPrimitive<TinkCrypto.signature.PublicKeyVerify>(tink.signature.PublicKeyVerify);
  const signature = await signer.sign(data);
  return (await verifier.verify(signature, data)) && !(await verifier.verify(signature, context));
}

async function encryptsAndDecrypts(keyset: Uint8Array): Promise<string> {
  const handle = handleOf(keyset);
  const encrypt = await handle.getPublicKeysetHandle().getPrimitive<TinkCrypto.hybrid.HybridEncrypt>(tink.hybrid.HybridEncrypt);
  const decrypt = await handle.getPrimitive<TinkCrypto.hybrid.HybridDecrypt>(tink.hybrid.HybridDecrypt);
  return new TextDecoder().decode(await decrypt.decrypt(await encrypt.encrypt(data, context), context));
}

/** A cleartext JSON keyset as tinkey writes it. */
const json = (type: string, value: string, keyId: number): Buffer =>
  Buffer.from(
    JSON.stringify({
      primaryKeyId: keyId,
      key: [
        {
          keyData: { typeUrl: `type.googleapis.com/google.crypto.tink.${type}`, keyMaterialType: 'ASYMMETRIC_PRIVATE', value },
          keyId,
          outputPrefixType: 'TINK',
          status: 'ENABLED',
        },
      ],
    }),
  );

/** The private key of the signature example in Tink's documentation; its number has a leading zero byte. */
const publishedEcdsa =
  'EkwSBggDEAIYAhogEiSZ9u2nDtvZuDgWgGsVTIZ5/V08N4ycUspTX0RYRrkiIHpEwHxQd1bImkyMvV2bqtUbgMh5uPSTdnUEGrPXdt56GiEA3iUi+CRN71qy0fOCK66xAW/IvFyjOGtxjppRhSFUneo=';

/** The hybrid key of the tests of cashapp/misk, which tinkey made. */
const publishedEcies =
  'EqMBElwKBAgCEAMSUhJQCjh0eXBlLmdvb2dsZWFwaXMuY29tL2dvb2dsZS5jcnlwdG8udGluay5BZXNDdHJIbWFjQWVhZEtleRISCgYKAggQEBASCAoECAMQEBAgGAEYARohANfrDi8rKtmSFZlvRS6kss61EdTCuR4fm5mYQsqQQaxTIiA66YQj+HxV8wjj7YFD19Rcd+hdTzyCaQNxJBAnxDZS3xohALz7hT5rkQHNT1X5coQvn74CtOV1w+/iRS2TiTCKauoR';

describe('a keyset with a key pair that others published', () => {
  it('ECDSA: is described, and its key is the one that was published', () => {
    expect(inspectKeyset(json('EcdsaPrivateKey', publishedEcdsa, 611814836))).toEqual({
      primaryKeyId: 611814836,
      primitive: 'signature',
      keys: [{ keyId: 611814836, type: 'EcdsaPrivateKey', status: 'ENABLED', prefix: 'TINK' }],
    });
  });

  it('ECIES: is described', () => {
    expect(inspectKeyset(json('EciesAeadHkdfPrivateKey', publishedEcies, 1026740700))).toMatchObject({ primitive: 'hybrid' });
  });

  it('whose public part belongs to another key is refused', () => {
    const other = Buffer.from(publishedEcdsa, 'base64');
    other[other.length - 1] = (other.at(-1) ?? 0) ^ 1;
    expect(() => inspectKeyset(json('EcdsaPrivateKey', other.toString('base64'), 1))).toThrow('does not belong to its public key');
    const hybrid = Buffer.from(publishedEcies, 'base64');
    hybrid[hybrid.length - 1] = (hybrid.at(-1) ?? 0) ^ 1;
    expect(() => inspectKeyset(json('EciesAeadHkdfPrivateKey', hybrid.toString('base64'), 1))).toThrow('does not belong');
  });

  it('is no AEAD keyset: what encrypts with it is told', async () => {
    await expect(openKeyset(json('EcdsaPrivateKey', publishedEcdsa, 611814836))).rejects.toThrow('it is for signature');
  });
});

describe('a keyset that createKeyset makes', () => {
  it.each(['ECDSA_P256', 'ECDSA_P384', 'ECDSA_P521'])('%s: Tink signs with it, and verifies', async (template) => {
    const keyset = await createKeyset(template);
    expect(inspectKeyset(keyset)).toMatchObject({ primitive: 'signature', keys: [{ type: 'EcdsaPrivateKey', prefix: 'TINK' }] });
    expect(await signsAndVerifies(keyset)).toBe(true);
  });

  it.each(['ECIES_P256_HKDF_HMAC_SHA256_AES128_GCM', 'DHKEM_P256_HKDF_SHA256_HKDF_SHA256_AES_256_GCM'])(
    '%s: Tink encrypts with its public part, and decrypts',
    async (template) => {
      const keyset = await createKeyset(template);
      expect(inspectKeyset(keyset).primitive).toBe('hybrid');
      expect(await encryptsAndDecrypts(keyset)).toBe('what Alice says');
    },
  );

  it('is another one each time', async () => {
    const keysets = await Promise.all(['ECDSA_P256', 'ECDSA_P256'].map((template) => createKeyset(template)));
    expect(new Set(keysets.map((keyset) => createHash('sha256').update(keyset).digest('hex'))).size).toBe(2);
  });
});

describe('what Tink makes itself', () => {
  const made = async (template: unknown): Promise<Uint8Array> =>
    tink.binaryInsecure.serializeKeyset(await tink.generateNewKeysetHandle(template));

  it.each<[string, () => unknown]>([
    ['ECDSA P-256', (): unknown => tink.signature.ecdsaP256KeyTemplate()],
    ['ECDSA P-256, IEEE P1363', (): unknown => tink.signature.ecdsaP256IeeeEncodingKeyTemplate()],
    ['ECDSA P-384', (): unknown => tink.signature.ecdsaP384KeyTemplate()],
    ['ECDSA P-521', (): unknown => tink.signature.ecdsaP521KeyTemplate()],
    ['ECIES with AES-GCM', (): unknown => tink.hybrid.eciesP256HkdfHmacSha256Aes128GcmKeyTemplate()],
    ['ECIES with AES-CTR-HMAC', (): unknown => tink.hybrid.eciesP256HkdfHmacSha256Aes128CtrHmacSha256KeyTemplate()],
    ['HPKE P-256', (): unknown => tink.hybrid.hpkeP256HkdfSha256Aes128GcmKeyTemplate],
  ])('%s is accepted', async (_name, template) => {
    expect(inspectKeyset(await made(template())).keys).toHaveLength(1);
  });

  it('HPKE on P-521, whose number Tink gives to another curve elsewhere, is refused', async () => {
    const keyset = await made(tink.hybrid.hpkeP521HkdfSha512Aes256GcmKeyTemplate);
    expect(() => inspectKeyset(keyset)).toThrow('(HpkePrivateKey): field publicKey.params.kem');
  });

  it('a public keyset is no secret, and is refused', async () => {
    const handle = handleOf(await createKeyset('ECDSA_P256')).getPublicKeysetHandle();
    expect(() => inspectKeyset(tink.binaryInsecure.serializeKeyset(handle))).toThrow('EcdsaPublicKey');
  });
});

describe('a key pair that is refused', () => {
  const ecdsa = decodeKey('EcdsaPrivateKey', Buffer.from(publishedEcdsa, 'base64')) as {
    readonly publicKey: { readonly params: Record<string, number>; readonly x: Uint8Array; readonly y: Uint8Array };
    readonly keyValue: Uint8Array;
  };
  const keysetOf = (key: Record<string, unknown>): Buffer =>
    json('EcdsaPrivateKey', encodeKey('EcdsaPrivateKey', { ...ecdsa, ...key }).toString('base64'), 1);
  const withParams = (params: Record<string, number>): Buffer =>
    keysetOf({ publicKey: { ...ecdsa.publicKey, params: { ...ecdsa.publicKey.params, ...params } } });

  it.each<[string, Buffer, string]>([
    ['SHA-512 on P-256', withParams({ hashType: 4 }), 'publicKey.params'],
    ['SHA-1', withParams({ hashType: 1 }), 'publicKey.params'],
    ['a curve that is not of NIST', withParams({ curve: 5 }), 'publicKey.params.curve'],
    ['an unknown encoding', withParams({ encoding: 3 }), 'publicKey.params.encoding'],
    ['a later version', keysetOf({ version: 1 }), 'version'],
    ['no private key', keysetOf({ keyValue: Buffer.alloc(0) }), 'does not belong'],
    ['the private key zero', keysetOf({ keyValue: Buffer.alloc(32) }), 'does not belong'],
    ['a private key that is too long', keysetOf({ keyValue: Buffer.concat([Buffer.of(1), ecdsa.keyValue]) }), 'does not belong'],
    ['no point', keysetOf({ publicKey: { ...ecdsa.publicKey, x: Buffer.alloc(0) } }), 'does not belong'],
  ])('%s', (_name, keyset, message) => {
    expect(() => inspectKeyset(keyset)).toThrow(message);
  });

  it('AEAD and signature keys in one keyset', async () => {
    const [aead, signing] = [decodeKeyset(await createKeyset()), decodeKeyset(await createKeyset('ECDSA_P256'))];
    const mixed = encodeKeyset({ primaryKeyId: aead.primaryKeyId, key: [...aead.key, ...signing.key] });
    expect(() => inspectKeyset(mixed)).toThrow('its keys are for different uses');
  });

  it('never quotes a byte of the key', () => {
    let message = '';
    try {
      inspectKeyset(withParams({ curve: 5 }));
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain('EcdsaPrivateKey');
    expect(message).not.toContain(Buffer.from(ecdsa.keyValue).toString('hex').slice(2, 12));
    expect(message).not.toContain(publishedEcdsa.slice(-20, -4));
  });
});

it('every template is one of the above, or is tested with the AEAD keysets', () => {
  expect(keysetTemplates.filter((name) => !name.startsWith('AES'))).toEqual([
    'ECDSA_P256',
    'ECDSA_P384',
    'ECDSA_P521',
    'ECIES_P256_HKDF_HMAC_SHA256_AES128_GCM',
    'DHKEM_P256_HKDF_SHA256_HKDF_SHA256_AES_256_GCM',
  ]);
});
