import { createCipheriv } from 'node:crypto';
import { Secret } from '../../src/base/index.js';
import { joinIndirect } from '../../src/client/indirect.js';
import type { OpenedSecret } from '../../src/client/opened-secret.js';

const key = Buffer.alloc(32, 7);
const secret = (name: string, type: OpenedSecret['type'], bytes: Buffer): OpenedSecret => ({
  name,
  type,
  value: new Secret(bytes),
  aead: undefined,
});

/** nonce || ciphertext || tag, by node:crypto, with this associated data. */
function ciphertextOf(text: string, associatedData: string): Buffer {
  const nonce = Buffer.alloc(12, 1);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(associatedData));
  return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

const isWiped = ({ value }: OpenedSecret): boolean =>
  !value.equals(Buffer.alloc(0)) &&
  (() => {
    try {
      value.expose();
      return false;
    } catch {
      return true;
    }
  })();

test.each([
  ['report', 'report_ciphertext', 'report_key'],
  ['s1', 's1_ciphertext', 'k1_ciphertext'],
  ['s1', 's1_ciphertext', 's1_key'],
  ['s', 's_ciphertext', 'k_ciphertext'],
])('%s is joined from %s and %s, whatever their order; the halves are wiped', (name, ciphertextName, keyName) => {
  const halves = [secret(keyName, 'TPM', key), secret(ciphertextName, 'RAW', ciphertextOf('fooobar', name))];
  const other = secret('other', 'RAW', Buffer.from('x'));
  const [joined, kept, ...rest] = joinIndirect([...halves, other]);
  expect({ name: joined!.name, type: joined!.type, text: joined!.value.expose().toString() }).toEqual({
    name,
    type: 'INDIRECT',
    text: 'fooobar',
  });
  expect([kept, rest]).toEqual([other, []]);
  expect(halves.map(isWiped)).toEqual([true, true]);
});

test.each<[string, readonly OpenedSecret[]]>([
  ['a ciphertext alone', [secret('a_ciphertext', 'RAW', Buffer.from('x'))]],
  ['a key alone', [secret('a_key', 'TPM', key)]],
  ['a key that was not sealed', [secret('a_ciphertext', 'RAW', Buffer.from('x')), secret('a_key', 'RAW', key)]],
  ['a ciphertext that was sealed', [secret('a_ciphertext', 'TPM', Buffer.from('x')), secret('a_key', 'TPM', key)]],
  ['halves of two secrets', [secret('s1_ciphertext', 'RAW', Buffer.from('x')), secret('k2_ciphertext', 'TPM', key)]],
])('%s is no pair', (_, secrets) => {
  expect(joinIndirect(secrets)).toEqual(secrets);
});

test.each<[string, Buffer, Buffer, RegExp]>([
  ['under another name', ciphertextOf('fooobar', 'b'), key, /a_ciphertext does not open with the key in a_key under the name a/],
  ['under another key', ciphertextOf('fooobar', 'a'), Buffer.alloc(32, 8), /does not open/],
  ['changed by a bit', ciphertextOf('fooobar', 'a').fill(0, 14, 15), key, /does not open/],
  ['with a key of 16 bytes', ciphertextOf('fooobar', 'a'), Buffer.alloc(16), /has 16 bytes, not 32/],
  ['shorter than nonce and tag', Buffer.alloc(27), key, /shorter than a nonce and a tag/],
])('a pair %s is an error that quotes nothing', (_, ciphertext, keyBytes, message) => {
  const pair = [secret('a_ciphertext', 'RAW', ciphertext), secret('a_key', 'TPM', keyBytes)];
  expect(() => joinIndirect(pair)).toThrow(message);
});

test('a pair whose name is taken is an error', () => {
  const pair = [secret('a_ciphertext', 'RAW', ciphertextOf('fooobar', 'a')), secret('a_key', 'TPM', key)];
  expect(() => joinIndirect([...pair, secret('a', 'RAW', Buffer.from('x'))])).toThrow(
    /joined to a, and there is another secret of this name/,
  );
});
