import { createPublicKey } from 'node:crypto';
import { decodedPublic, spkiDerOfPem, spkiDerOfPublic } from '../../src/appraisal/tpm-keys.js';
import { decodePublic } from '../../src/tpm/index.js';
import { b64, keyVector } from './evidence-fixture.js';

const { pem, tpmt_public_b64 } = keyVector('ek_rsa');
const ek = b64(tpmt_public_b64);
const der = createPublicKey(pem).export({ type: 'spki', format: 'der' });

describe('what somebody sent', () => {
  test('a public area and its key', () => {
    const decoded = decodedPublic(b64(tpmt_public_b64));
    expect(decoded).toEqual({ kind: 'area', area: decodePublic(b64(tpmt_public_b64)) });
    expect(spkiDerOfPublic(decodePublic(b64(tpmt_public_b64)))).toEqual(der);
  });

  test('bytes that do not decode are malformed, and say why', () =>
    expect(decodedPublic(Buffer.of(0))).toEqual({ kind: 'malformed', problem: 'public/type: needs 2 bytes, 1 are left' }));

  test('an area without a key has none', () =>
    expect(spkiDerOfPublic(decodePublic(b64('AAEACwAFAHIAAAAQABQACwgAAAAAAAAA')))).toBeUndefined());

  test('the same bytes are decoded once; bytes that changed are other bytes', () => {
    const sent = Buffer.from(ek);
    const before = decodedPublic(sent);
    expect(decodedPublic(Buffer.from(ek))).toBe(before);
    sent.writeUInt16BE(0xffff, 0);
    expect(decodedPublic(sent)).toMatchObject({ kind: 'malformed' });
    expect(decodedPublic(ek)).toBe(before);
  });

  test('any other error is a mistake of ours and goes up', () => {
    expect(() => decodedPublic(undefined as never)).toThrow(expect.objectContaining({ name: 'TypeError' }));
    const unlike = Object.defineProperty({}, 'type', {
      get: () => {
        throw new RangeError('no area at all');
      },
    });
    expect(() => spkiDerOfPublic(unlike as never)).toThrow('no area at all');
  });
});

describe('the key of a PEM', () => {
  test('is its SubjectPublicKeyInfo; of anything else undefined', () => {
    expect(spkiDerOfPem(pem)).toEqual(der);
    expect(spkiDerOfPem('')).toBeUndefined();
    expect(spkiDerOfPem('hello')).toBeUndefined();
  });

  test('is remembered, but not when the text is over 2048 characters', () => {
    expect(spkiDerOfPem(pem)).toBe(spkiDerOfPem(pem));
    const padded = (length: number): string => pem.padEnd(length, '\n');
    expect(spkiDerOfPem(padded(2048))).toBe(spkiDerOfPem(padded(2048)));
    expect(spkiDerOfPem(padded(2049))).toEqual(der);
    expect(spkiDerOfPem(padded(2049))).not.toBe(spkiDerOfPem(padded(2049)));
  });

  test('that was remembered first is forgotten first, when 4096 others came', () => {
    const first = spkiDerOfPem(`${pem}\n`);
    for (let n = 0; n < 4095; n++) spkiDerOfPem(`no key ${n}`);
    expect(spkiDerOfPem(`${pem}\n`)).toBe(first);
    spkiDerOfPem('no key 4095');
    expect(spkiDerOfPem(`${pem}\n`)).not.toBe(first);
  });
});
