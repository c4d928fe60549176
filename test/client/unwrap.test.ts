import { inspect } from 'node:util';
import { type AppError, Secret } from '../../src/base/index.js';
import { SecretStore } from '../../src/client/secret-store.js';
import { unwrapSecrets, type UnwrapTools } from '../../src/client/unwrap.js';
import type { ReleasedSecret } from '../../src/wire/index.js';

const secret = (name: string, type: string, data: string | Buffer): ReleasedSecret => ({
  name,
  // An unknown type cannot be written down in the type system: it arrives from a newer server.
  type: type as ReleasedSecret['type'],
  data: new Secret(Buffer.from(data)),
});
const tools: UnwrapTools = { tpmLocation: undefined, unsealPcr: undefined };
// The keyset and the ciphertext of "foo" that the article prints.
const articleKeyset =
  'CLnwmtYGEmQKWAowdHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUuY3J5cHRvLnRpbmsuQWVzR2NtS2V5EiIaIA7TocwCm37/3vReEGSRsoSp+a0KAq+KYEKqKH5dVqC4GAEQARi58JrWBiAB';
const articleCiphertext = 'AWrGuDnqX+ANzRzPVXfjN+UZcVgY/6EPREbNyQeazM5togJD';
const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64');
const wiped = ({ data }: ReleasedSecret): boolean => {
  try {
    data.expose();
    return false;
  } catch {
    return true;
  }
};

test("RAW is handed over as it is; the article's keyset opens the article's ciphertext; what was received is wiped", async () => {
  const received = [secret('a', 'RAW', 'fooobar'), secret('b', 'TINK', bytes(articleKeyset))];
  const [raw, tink] = await unwrapSecrets(received, tools);
  expect(raw).toMatchObject({ name: 'a', type: 'RAW', aead: undefined });
  expect(raw!.value.expose().toString()).toBe('fooobar');
  expect(tink!.value.expose()).toEqual(bytes(articleKeyset));
  expect((await tink!.aead!.decrypt(bytes(articleCiphertext), Buffer.alloc(0))).toString()).toBe('foo');
  expect(received.every(wiped)).toBe(true);
});

test.each<[string, readonly ReleasedSecret[], string, RegExp]>([
  ['an unknown type', [secret('x', '7', 'v')], 'CRYPTO_FAILED', /x is of an unknown type/],
  ['a TPM secret without a TPM', [secret('x', 'TPM', 'v')], 'TPM_UNAVAILABLE', /--useTPM/],
  ['a name used twice', [secret('x', 'RAW', 'v'), secret('x', 'RAW', 'w')], 'BYTES_MALFORMED', /two secrets/],
  ...['', '.', '..', 'a/b', '../etc/passwd', 'a\nb', 'x'.repeat(129)].map((name): [string, readonly ReleasedSecret[], string, RegExp] => [
    `the name ${JSON.stringify(name)}`,
    [secret(name, 'RAW', 'v')],
    'BYTES_MALFORMED',
    /name/,
  ]),
])('%s is refused, and nothing is left', async (_, received, code, message) => {
  await expect(unwrapSecrets(received, tools)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  expect(received.every(wiped)).toBe(true);
});

test('when one fails, those opened before are wiped too', async () => {
  const wipes = jest.spyOn(Secret.prototype, 'dispose');
  try {
    const received = [secret('a', 'RAW', 'fooobar'), secret('b', 'RAW', 'x'), secret('c', 'TPM', 'v')];
    await expect(unwrapSecrets(received, tools)).rejects.toThrow('secret c (TPM)');
    const others = wipes.mock.contexts.filter((wipedSecret) => received.every(({ data }) => data !== wipedSecret));
    expect(new Set(others).size).toBe(2);
  } finally {
    wipes.mockRestore();
  }
});

test('an error that is not ours is not repeated: it may quote the bytes', async () => {
  const gone = secret('a', 'RAW', 'canary');
  gone.data.dispose();
  await expect(unwrapSecrets([gone], tools)).rejects.toMatchObject({
    code: 'CRYPTO_FAILED',
    message: expect.stringMatching(/its bytes cannot be used$/) as string,
  });
});

test('a keyset that does not open is named, without its bytes', async () => {
  const error: unknown = await unwrapSecrets([secret('k', 'TINK', 'canary-canary')], tools).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'CRYPTO_FAILED', message: expect.stringMatching(/^secret k \(TINK\) cannot be opened/) as string });
  expect((error as AppError).message).not.toContain('canary');
});

describe('the store', () => {
  const openStore = async (): Promise<SecretStore> => new SecretStore(await unwrapSecrets([secret('a', 'RAW', 'fooobar')], tools));

  test('gives secrets by name until it is disposed of, then nothing', async () => {
    const store = await openStore();
    const value = store.value('a')!;
    expect(value.expose().toString()).toBe('fooobar');
    expect(store.names).toEqual(['a']);
    expect(store.get('b')).toBeUndefined();
    const held = value.expose();
    store.dispose();
    store.dispose();
    expect(held).toEqual(Buffer.alloc(7));
    expect(() => store.get('a')).toThrow('wiped');
  });

  test('shows no value to whoever prints it', async () => {
    const store = await openStore();
    expect(inspect(store.get('a'), { depth: 9, showHidden: true }) + JSON.stringify(store.get('a')) + inspect(store)).not.toContain(
      'fooobar',
    );
  });
});
