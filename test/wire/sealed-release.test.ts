import { webcrypto } from 'node:crypto';
import fc from 'fast-check';
import { Secret } from '../../src/base/index.js';
import { isReleaseKey, ReleaseKey, sealRelease } from '../../src/wire/index.js';
import { releasedSecretsCodec, sealedReleaseCodec } from '../../src/wire/services.js';

const context = { decisionId: 'd-1', instanceId: '8939838129032687278', sessionId: Buffer.alloc(32, 5) };
const secrets = [
  { name: 'secret1', type: 'RAW' as const, data: new Secret(Buffer.from('fooobar')) },
  { name: 'secret2', type: 'TINK' as const, data: new Secret(Buffer.from([8, 1])) },
];

const contents = { secrets, payloadCommand: ['./start', '', '--port=1'] };

const opened = (key: ReleaseKey, sealed: Uint8Array, at = context): readonly (readonly [string, string, string])[] =>
  key.open(sealed, at).secrets.map(({ name, type, data }) => [name, type, data.expose().toString('latin1')] as const);

describe('a sealed release', () => {
  it('opens with the release key it was sealed to', () => {
    const key = new ReleaseKey();
    const sealed = sealRelease({ ...context, releaseKey: key.publicPoint, ...contents });
    expect(opened(key, sealed)).toEqual([
      ['secret1', 'RAW', 'fooobar'],
      ['secret2', 'TINK', '\x08\x01'],
    ]);
    expect(key.open(sealed, context)).toMatchObject({ decisionId: 'd-1', payloadCommand: ['./start', '', '--port=1'] });
    expect(sealed.toString('latin1')).not.toContain('./start');
    expect(sealed.toString('latin1')).not.toContain('fooobar');
  });

  it('is what proto/tokenservice.proto says: an independent reader (WebCrypto) opens it', async () => {
    const { subtle } = webcrypto;
    const pair = await subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits']);
    const releaseKey = Buffer.from(await subtle.exportKey('raw', pair.publicKey));
    const { ephemeralKey, nonce, ciphertext, decisionId } = sealedReleaseCodec.decode(sealRelease({ ...context, releaseKey, ...contents }));
    const peer = await subtle.importKey('raw', ephemeralKey, { name: 'ECDH', namedCurve: 'P-256' }, false, []);
    const shared = await subtle.deriveBits({ name: 'ECDH', public: peer }, pair.privateKey, 256);
    const info = Buffer.concat([Buffer.from('tokenservice sealed release v1'), ephemeralKey, releaseKey]);
    const key = await subtle.deriveKey(
      { name: 'HKDF', hash: 'SHA-256', salt: Buffer.alloc(0), info },
      await subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey']),
      { name: 'AES-GCM', length: 256 },
      false,
      ['decrypt'],
    );
    const additionalData = Buffer.concat([
      Buffer.from('0003', 'hex'),
      Buffer.from(decisionId),
      Buffer.from('0013', 'hex'),
      Buffer.from(context.instanceId),
      Buffer.from('0020', 'hex'),
      context.sessionId,
    ]);
    const plaintext = await subtle.decrypt({ name: 'AES-GCM', iv: nonce, additionalData }, key, ciphertext);
    const released = releasedSecretsCodec.decode(Buffer.from(plaintext));
    expect(released.secrets.map(({ name }) => name)).toEqual(['secret1', 'secret2']);
    expect(released.payloadCommand).toEqual(['./start', '', '--port=1']);
  });

  it.each([
    ['another instance', { ...context, instanceId: '1' }],
    ['another session', { ...context, sessionId: Buffer.alloc(32, 6) }],
  ])('does not open for %s', (_name, at) => {
    const key = new ReleaseKey();
    const sealed = sealRelease({ ...context, releaseKey: key.publicPoint, ...contents });
    expect(() => opened(key, sealed, at)).toThrow(expect.objectContaining({ code: 'CRYPTO_FAILED' }));
  });

  it('carries no command when Alice allowed none', () => {
    const key = new ReleaseKey();
    const sealed = sealRelease({ ...context, releaseKey: key.publicPoint, secrets, payloadCommand: [] });
    expect(key.open(sealed, context).payloadCommand).toEqual([]);
  });

  it('does not open with another key, nor after the key is disposed of', () => {
    const key = new ReleaseKey();
    const sealed = sealRelease({ ...context, releaseKey: key.publicPoint, ...contents });
    expect(() => opened(new ReleaseKey(), sealed)).toThrow(expect.objectContaining({ code: 'CRYPTO_FAILED' }));
    key.dispose();
    expect(() => opened(key, sealed)).toThrow('disposed');
  });

  it('a flipped bit is refused or changes nothing (protobuf spells some things twice): never a wrong secret', () => {
    const key = new ReleaseKey();
    const sealed = sealRelease({ ...context, releaseKey: key.publicPoint, ...contents });
    const { ciphertext } = sealedReleaseCodec.decode(sealed);
    const ciphertextAt = sealed.indexOf(ciphertext);
    const whole = opened(key, sealed);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const inCiphertext = bit >> 3 >= ciphertextAt && bit >> 3 < ciphertextAt + ciphertext.length;
      let result: unknown;
      try {
        result = opened(key, changed);
      } catch (error) {
        result = error;
      }
      if (inCiphertext) expect(result).toMatchObject({ code: 'CRYPTO_FAILED' });
      else if (result instanceof Error) expect(result).toMatchObject({ name: 'AppError' });
      else expect(result).toEqual(whole);
    }
  });

  it('any bytes at all are refused', () => {
    const key = new ReleaseKey();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(() => opened(key, bytes)).toThrow(expect.objectContaining({ name: 'AppError' }));
      }),
    );
  });
});

/** The same point in the form that SEC 1, 2.3.3 calls compressed: OpenSSL takes it too. */
const compressed = (point: Buffer): Buffer => Buffer.concat([Buffer.of(2 + ((point[64] ?? 0) & 1)), point.subarray(1, 33)]);

describe('isReleaseKey', () => {
  it('takes points of P-256 and nothing else', () => {
    const { publicPoint } = new ReleaseKey();
    const offCurve = Buffer.from(publicPoint);
    offCurve[64] = (offCurve[64] ?? 0) ^ 1;
    expect(isReleaseKey(publicPoint)).toBe(true);
    expect([offCurve, publicPoint.subarray(0, 64), Buffer.alloc(65), Buffer.alloc(0), Buffer.alloc(65, 4)].map(isReleaseKey)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
    for (const releaseKey of [offCurve, publicPoint.subarray(0, 33), Buffer.alloc(0), compressed(publicPoint)])
      expect(() => sealRelease({ ...context, releaseKey, ...contents })).toThrow(expect.objectContaining({ code: 'CRYPTO_FAILED' }));
  });
});
