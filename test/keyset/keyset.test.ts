import { createDecipheriv } from 'node:crypto';
import fc from 'fast-check';
import { createKeyset, inspectKeyset, maxKeysetBytes, openKeyset } from '../../src/keyset/index.js';
import { decodeKeyset, encodeKeyset, type KeysetMessage } from '../../src/keyset/keyset-message.js';

// The keyset and the ciphertext that the article prints.
const articleKeyset = Buffer.from(
  'CLnwmtYGEmQKWAowdHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUuY3J5cHRvLnRpbmsuQWVzR2NtS2V5EiIaIA7TocwCm37/3vReEGSRsoSp+a0KAq+KYEKqKH5dVqC4GAEQARi58JrWBiAB',
  'base64',
);
const articleCiphertext = Buffer.from('AWrGuDnqX+ANzRzPVXfjN+UZcVgY/6EPREbNyQeazM5togJD', 'base64');
const none = Buffer.alloc(0);

/** An independent reader: Tink's AES-GCM wire format (01, key id, 12-byte IV, ciphertext, 16-byte tag) on node:crypto. */
function readByHand(key: Uint8Array, ciphertext: Uint8Array, associatedData: Uint8Array): string {
  const decipher = createDecipheriv('aes-256-gcm', key, ciphertext.subarray(5, 17));
  decipher.setAAD(associatedData);
  decipher.setAuthTag(ciphertext.subarray(-16));
  return Buffer.concat([decipher.update(ciphertext.subarray(17, -16)), decipher.final()]).toString();
}

const articleKey = Buffer.from('0ed3a1cc029b7effdef45e106491b284a9f9ad0a02af8a6042aa287e5d56a0b8', 'hex');

describe("the article's keyset", () => {
  it('decrypts the ciphertext that the article prints', async () => {
    const aead = await openKeyset(articleKeyset);
    expect((await aead.decrypt(articleCiphertext, none)).toString()).toBe('foo');
    expect(readByHand(articleKey, articleCiphertext, none)).toBe('foo');
  });

  it('is described without key material', () => {
    expect(inspectKeyset(articleKeyset)).toEqual({
      primaryKeyId: 1791408185,
      primitive: 'aead',
      keys: [{ keyId: 1791408185, type: 'AesGcmKey', status: 'ENABLED', prefix: 'TINK' }],
    });
  });

  it('encrypts what an independent reader decrypts, and binds the associated data', async () => {
    const aead = await openKeyset(articleKeyset);
    const ciphertext = await aead.encrypt(Buffer.from('hello'), Buffer.from('aad'));
    expect(readByHand(articleKey, ciphertext, Buffer.from('aad'))).toBe('hello');
    await expect(aead.decrypt(ciphertext, none)).rejects.toMatchObject({ code: 'CRYPTO_FAILED' });
  });

  it('is the same as JSON', async () => {
    const json = {
      primaryKeyId: 1791408185,
      key: [
        {
          keyData: {
            typeUrl: 'type.googleapis.com/google.crypto.tink.AesGcmKey',
            value: Buffer.concat([Buffer.from('1a20', 'hex'), articleKey]).toString('base64'),
            keyMaterialType: 'SYMMETRIC',
          },
          status: 'ENABLED',
          keyId: 1791408185,
          outputPrefixType: 'TINK',
        },
      ],
    };
    const aead = await openKeyset(Buffer.from(JSON.stringify(json)));
    expect((await aead.decrypt(articleCiphertext, none)).toString()).toBe('foo');
  });
});

describe('a keyset that is refused', () => {
  const good = decodeKeyset(articleKeyset);
  const [key] = good.key;
  const edited = (edit: Partial<KeysetMessage['key'][number]>, rest: Partial<KeysetMessage> = {}): Buffer =>
    encodeKeyset({ ...good, key: [{ ...key!, ...edit }], ...rest });

  it.each<[string, Buffer, RegExp]>([
    ['nothing', Buffer.alloc(0), /has 1 to/],
    ['too much', Buffer.alloc(maxKeysetBytes + 1, 8), /has 1 to/],
    ['garbage', Buffer.from('ffffff', 'hex'), /not a binary Tink keyset/],
    ['no keys', encodeKeyset({ primaryKeyId: 1, key: [] }), /no single enabled primary/],
    ['a missing primary key', edited({}, { primaryKeyId: 7 }), /no single enabled primary/],
    ['a disabled primary key', edited({ status: 2 }), /no single enabled primary/],
    ['two keys with the primary id', encodeKeyset({ ...good, key: [key!, key!] }), /no single enabled primary/],
    ['an unknown status', edited({ status: 9 }), /unknown status/],
    ['an unknown prefix', edited({ outputPrefixType: 9 }), /unknown output prefix/],
    ['key material of another kind', edited({ keyMaterialType: 2 }), /not the key material that its type has/],
    ['AES-GCM-SIV', edited({ typeUrl: 'type.googleapis.com/google.crypto.tink.AesGcmSivKey' }), /AesGcmSivKey/],
    ['a KMS envelope', edited({ typeUrl: 'type.googleapis.com/google.crypto.tink.KmsEnvelopeAeadKey' }), /KmsEnvelopeAeadKey/],
    ['JSON that is none', Buffer.from('{'), /not JSON/],
    ['an encrypted JSON keyset', Buffer.from('{"encryptedKeyset":"AA=="}'), /encrypted keyset/],
    ['JSON with a field missing', Buffer.from('{"primaryKeyId":1}'), /field key/],
  ])('%s', async (_name, bytes, message) => {
    expect(() => inspectKeyset(bytes)).toThrow(expect.objectContaining({ code: 'CRYPTO_FAILED', message: expect.stringMatching(message) }));
    await expect(openKeyset(bytes)).rejects.toMatchObject({ code: 'CRYPTO_FAILED' });
  });

  it.each<[string, Partial<KeysetMessage['key'][number]>, RegExp]>([
    ['an AES key that is too short', { value: Buffer.from('1a0401020304', 'hex') }, /\(AesGcmKey\): field keyValue/],
    ['an AES key of another version', { value: Buffer.concat([Buffer.from('08011a20', 'hex'), articleKey]) }, /field version/],
    ['a value that is no message', { value: Buffer.from('ff', 'hex') }, /does not decode/],
    ['a type of another maker', { typeUrl: 'example.com/google.crypto.tink.AesGcmKey' }, /is of type "example.com/],
    ['AES-CTR-HMAC without its parts', { typeUrl: 'type.googleapis.com/google.crypto.tink.AesCtrHmacAeadKey' }, /AesCtrHmacAeadKey\)/],
  ])('%s', (_name, edit, message) => {
    expect(() => inspectKeyset(edited(edit))).toThrow(
      expect.objectContaining({ code: 'CRYPTO_FAILED', message: expect.stringMatching(message) }),
    );
  });

  it('a destroyed key has no value to check, and may stay beside a good one', () => {
    const destroyed = { ...key!, keyId: 1, status: 3, value: Buffer.alloc(0) };
    expect(inspectKeyset(encodeKeyset({ ...good, key: [key!, destroyed] })).keys).toHaveLength(2);
  });

  it('a key that is too short, when it is opened', async () => {
    await expect(openKeyset(edited({ value: Buffer.from('1a0401020304', 'hex') }))).rejects.toMatchObject({ code: 'CRYPTO_FAILED' });
  });

  it('any bytes at all give CRYPTO_FAILED and never their content', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          inspectKeyset(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: 'CRYPTO_FAILED' });
        }
      }),
    );
  });
});

describe('createKeyset', () => {
  it('makes another AES-256-GCM keyset each time', async () => {
    const [a, b] = [await createKeyset(), await createKeyset()];
    expect(inspectKeyset(a).keys).toMatchObject([{ type: 'AesGcmKey', status: 'ENABLED', prefix: 'TINK' }]);
    expect(a.equals(b)).toBe(false);
    const aead = await openKeyset(a);
    const ciphertext = await aead.encrypt(Buffer.from('x'), none);
    expect((await aead.decrypt(ciphertext, none)).toString()).toBe('x');
    await expect((await openKeyset(b)).decrypt(ciphertext, none)).rejects.toMatchObject({ code: 'CRYPTO_FAILED' });
  });

  // Tink's wire format: 5 bytes of prefix, if any; AES-GCM 12 + 16 bytes; AES-CTR-HMAC 16 + 16 (AES128) or 16 + 32 (AES256).
  it.each([
    ['AES128_GCM', 'AesGcmKey', 'TINK', 5 + 28],
    ['AES256_GCM', 'AesGcmKey', 'TINK', 5 + 28],
    ['AES256_GCM_RAW', 'AesGcmKey', 'RAW', 28],
    ['AES128_CTR_HMAC_SHA256', 'AesCtrHmacAeadKey', 'TINK', 5 + 32],
    ['AES256_CTR_HMAC_SHA256', 'AesCtrHmacAeadKey', 'TINK', 5 + 48],
  ])('%s: encrypts and decrypts', async (template, type, prefix, overhead) => {
    const keyset = await createKeyset(template);
    expect(inspectKeyset(keyset)).toMatchObject({ primitive: 'aead', keys: [{ type, prefix, status: 'ENABLED' }] });
    const aead = await openKeyset(keyset);
    const ciphertext = await aead.encrypt(Buffer.from('data'), Buffer.from('aad'));
    expect(ciphertext).toHaveLength(4 + overhead);
    expect((await aead.decrypt(ciphertext, Buffer.from('aad'))).toString()).toBe('data');
  });

  it.each(['XCHACHA20_POLY1305', 'HMAC_SHA256_256BITTAG', 'ED25519', 'aes256_gcm', '', 'constructor', 'toString'])(
    'does not make %j, and says what it makes',
    async (template) => {
      await expect(createKeyset(template)).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining('there are AES128_GCM, AES256_GCM,') as string,
      });
    },
  );
});

it("Google's libraries are not made to believe that this is a browser", () => {
  expect('window' in globalThis).toBe(false);
});
