import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { aesGcmOpener, type AesGcmOpener } from '../../src/keyset/aes-gcm.js';
import { createKeyset, openKeyset } from '../../src/keyset/index.js';
import { encodeKey } from '../../src/keyset/key-message.js';
import { decodeKeyset, encodeKeyset, keyStatuses, outputPrefixTypes, type KeysetKey } from '../../src/keyset/keyset-message.js';

type Prefix = Exclude<keyof typeof outputPrefixTypes, 'UNKNOWN_PREFIX'>;
const prefixes: readonly Prefix[] = ['TINK', 'LEGACY', 'RAW', 'CRUNCHY'];

const aad = Buffer.from('associated data');
const secret = Buffer.from('a short secret');

const aesGcmKey = (keyId: number, prefix: Prefix, keyBytes = 32, status: number = keyStatuses.ENABLED): KeysetKey => ({
  typeUrl: 'type.googleapis.com/google.crypto.tink.AesGcmKey',
  value: encodeKey('AesGcmKey', { keyValue: randomBytes(keyBytes) }),
  keyMaterialType: 1,
  status,
  keyId,
  outputPrefixType: outputPrefixTypes[prefix],
});

/** By tink-crypto, which alone seals. */
async function sealedBy(key: KeysetKey, plaintext: Uint8Array = secret, associatedData: Uint8Array = aad): Promise<Buffer> {
  const aead = await openKeyset(encodeKeyset({ primaryKeyId: key.keyId, key: [{ ...key, status: keyStatuses.ENABLED }] }));
  return aead.encrypt(plaintext, associatedData);
}

function openerOf(...key: readonly KeysetKey[]): AesGcmOpener {
  const opener = aesGcmOpener({ primaryKeyId: 0, key });
  if (opener === undefined) throw new Error('not a keyset of AES-GCM keys');
  return opener;
}

describe('what was sealed', () => {
  it.each(prefixes.flatMap((prefix) => [16, 32].map((keyBytes) => [prefix, keyBytes] as const)))(
    'by tink-crypto under %s and a key of %i bytes is opened, whatever it is',
    async (prefix, keyBytes) => {
      // A key id with its first bit set: ids are unsigned.
      const key = aesGcmKey(0xfedcba98, prefix, keyBytes);
      const [short, long, bytes] = [fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 4096, maxLength: 5000 }), fc.uint8Array()];
      await fc.assert(
        fc.asyncProperty(fc.oneof(short, long), bytes, async (plaintext, associatedData) => {
          const opened = openerOf(key)(await sealedBy(key, plaintext, associatedData), associatedData);
          expect(opened?.equals(plaintext)).toBe(true);
        }),
        { numRuns: 15 },
      );
    },
  );

  it('is opened where it lies in a longer buffer', async () => {
    const key = aesGcmKey(1, 'TINK');
    const sealed = await sealedBy(key);
    const around = new Uint8Array(Buffer.concat([randomBytes(3), sealed, randomBytes(3)]));
    expect(openerOf(key)(around.subarray(3, 3 + sealed.length), aad)).toEqual(secret);
  });

  it('elsewhere, under a keyset of AES-256-GCM that is published with its ciphertext, is opened', () => {
    const keyset = decodeKeyset(
      Buffer.from(
        'CLnwmtYGEmQKWAowdHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUuY3J5cHRvLnRpbmsuQWVzR2NtS2V5EiIaIA7TocwCm37/3vReEGSRsoSp+a0KAq+KYEKqKH5dVqC4GAEQARi58JrWBiAB',
        'base64',
      ),
    );
    const ciphertext = Buffer.from('AWrGuDnqX+ANzRzPVXfjN+UZcVgY/6EPREbNyQeazM5togJD', 'base64');
    expect(aesGcmOpener(keyset)?.(ciphertext, Buffer.alloc(0))?.toString()).toBe('foo');
  });
});

describe('of several keys', () => {
  it('each opens its own, though they share an id or have no prefix at all', async () => {
    const keys = [...prefixes, ...prefixes].map((prefix, i) => aesGcmKey(i < 4 ? 7 : i, prefix, i % 2 === 0 ? 16 : 32));
    const open = openerOf(...keys);
    for (const key of keys) expect(open(await sealedBy(key), aad)).toEqual(secret);
    expect(open(await sealedBy(aesGcmKey(7, 'TINK')), aad)).toBeUndefined();
  });

  it.each(['DISABLED', 'DESTROYED'] as const)('one that is %s opens nothing, and the rest still does', async (status) => {
    const [on, off] = [aesGcmKey(1, 'TINK'), aesGcmKey(2, 'TINK', 32, keyStatuses[status])];
    const open = openerOf(off, on);
    expect(open(await sealedBy(off), aad)).toBeUndefined();
    expect(open(await sealedBy(on), aad)).toEqual(secret);
    const keyset = await openKeyset(encodeKeyset({ primaryKeyId: 1, key: [off, on] }));
    await expect(keyset.decrypt(await sealedBy(off), aad)).rejects.toMatchObject({ code: 'CRYPTO_FAILED' });
  });

  it('an AES-CTR-HMAC key beside them leaves the keyset to tink-crypto, which opens what either sealed', async () => {
    const ctr = decodeKeyset(await createKeyset('AES256_CTR_HMAC_SHA256')).key.map((key) => ({ ...key, keyId: 1 }));
    const gcm = aesGcmKey(2, 'TINK');
    const message = { primaryKeyId: 2, key: [...ctr, gcm] };
    expect(aesGcmOpener(message)).toBeUndefined();
    const both = await openKeyset(encodeKeyset(message));
    for (const key of message.key) {
      expect(await both.decrypt(await sealedBy(key), aad)).toEqual(secret);
      await expect(both.decrypt(await sealedBy(key), secret)).rejects.toMatchObject({ code: 'CRYPTO_FAILED' });
    }
  });

  it('an AES-CTR-HMAC key that is disabled does not stand in the way', async () => {
    const ctr = decodeKeyset(await createKeyset('AES128_CTR_HMAC_SHA256')).key.map((key) => ({ ...key, status: keyStatuses.DISABLED }));
    const gcm = aesGcmKey(2, 'TINK');
    expect(openerOf(...ctr, gcm)(await sealedBy(gcm), aad)).toEqual(secret);
  });
});

describe.each(prefixes)('what was changed after it was sealed under %s does not open:', (prefix) => {
  const key = aesGcmKey(0x01020304, prefix);
  const keyset = (): ReturnType<typeof openKeyset> => openKeyset(encodeKeyset({ primaryKeyId: key.keyId, key: [key] }));
  let sealed: Buffer;
  beforeAll(async () => {
    sealed = await sealedBy(key);
  });
  const refused = async (ciphertext: Uint8Array, associatedData: Uint8Array = aad): Promise<void> =>
    expect((await keyset()).decrypt(ciphertext, associatedData)).rejects.toMatchObject({ code: 'CRYPTO_FAILED' });

  it('any bit', async () => {
    const open = openerOf(key);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const flipped = Buffer.from(sealed);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(open(flipped, aad)).toBeUndefined();
      if (bit % 29 === 0) await refused(flipped);
    }
  });

  it('any end that is cut off, at either side', async () => {
    const open = openerOf(key);
    for (let length = 0; length < sealed.length; length++) {
      expect(open(sealed.subarray(0, length), aad)).toBeUndefined();
      expect(open(sealed.subarray(sealed.length - length), aad)).toBeUndefined();
      if (length % 7 === 0) await refused(sealed.subarray(0, length));
    }
  });

  it('a byte too many, at either side', async () => {
    await refused(Buffer.concat([sealed, Buffer.alloc(1)]));
    await refused(Buffer.concat([sealed.subarray(0, 1), sealed]));
  });

  it('other associated data', async () => {
    for (const other of [Buffer.alloc(0), aad.subarray(1), Buffer.concat([aad, Buffer.alloc(1)]), secret]) await refused(sealed, other);
  });
});
