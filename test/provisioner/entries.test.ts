import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inspectKeyset, openKeyset } from '../../src/keyset/index.js';
import { ArticleRun } from './support/article-run.js';
import { factsOf, goodVm } from './support/article-vms.js';
import type { Outcome } from './support/harness.js';
import { jsonKeyset } from './support/json-keyset.js';

let run: ArticleRun;
let file: string;
beforeEach(() => {
  run = new ArticleRun(factsOf(goodVm));
  file = join(run.directory, 'made.json');
});
afterEach(() => run.end());

interface Entry {
  readonly name: string;
  readonly type: string;
  readonly data: string;
}
const entries = (): Entry[] => JSON.parse(readFileSync(file, 'utf8')) as Entry[];
const command = (...args: string[]): Promise<Outcome> => run.command([...args, '--secretsFile', file]);

describe('tink', () => {
  it('adds a new AES-256-GCM keyset to the secrets file, which only its owner may read, and prints no key', async () => {
    const outcome = await command('tink', '--name', 'keyset1');
    expect(outcome).toMatchObject({ exitCode: 0, printed: '' });
    const [entry] = entries();
    expect(entry).toMatchObject({ name: 'keyset1', type: 'TINK' });
    const keyset = Buffer.from(entry!.data, 'base64');
    expect(inspectKeyset(keyset).keys).toEqual([expect.objectContaining({ type: 'AesGcmKey', status: 'ENABLED' })]);
    const aead = await openKeyset(keyset);
    expect((await aead.decrypt(await aead.encrypt(Buffer.from('x'), Buffer.alloc(0)), Buffer.alloc(0))).toString()).toBe('x');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.stringify(outcome)).not.toContain(entry!.data);
  });

  it.each([
    ['AES128_GCM', 'AesGcmKey'],
    ['ECDSA_P384', 'EcdsaPrivateKey'],
    ['ECIES_P256_HKDF_HMAC_SHA256_AES128_GCM', 'EciesAeadHkdfPrivateKey'],
  ])('--template %s makes that one, and it is a valid entry', async (template, type) => {
    const outcome = await command('tink', '--name', 'k', '--template', template);
    expect(outcome).toMatchObject({ exitCode: 0, printed: '' });
    expect(outcome.complaints[0]).toContain(`new keyset: ${type} `);
    expect(inspectKeyset(Buffer.from(entries()[0]!.data, 'base64')).keys).toEqual([expect.objectContaining({ type })]);
    // Read again, with the next entry.
    expect((await command('tink', '--name', 'l')).exitCode).toBe(0);
  });

  it.each([
    [['--template', 'XCHACHA20_POLY1305'], '--template is one of AES128_GCM, '],
    [['--template', 'ECDSA_P256', '--file', 'k.json'], '--file and --template'],
  ])('%j is refused', async (flags, message) => {
    const outcome = await command('tink', '--name', 'k', ...flags);
    expect(outcome.exitCode).toBe(2);
    expect(outcome.complaints.join()).toContain(message);
    expect(existsSync(file)).toBe(false);
  });

  it('makes another one each time, beside what is there; a name is taken once', async () => {
    await command('tink', '--name', 'a');
    await command('tink', '--name', 'b');
    const [a, b] = entries();
    expect(a!.data).not.toBe(b!.data);
    const before = readFileSync(file, 'utf8');
    expect(await command('tink', '--name', 'a')).toMatchObject({
      exitCode: 2,
      complaints: expect.arrayContaining([expect.stringContaining('"a" already')]) as unknown,
    });
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('converts a JSON keyset to the binary form, and refuses what is none', async () => {
    expect((await command('tink', '--name', 'k', '--file', run.file('keyset.json', jsonKeyset))).exitCode).toBe(0);
    expect(Buffer.from(entries()[0]!.data, 'base64')[0]).toBe(0x08);
    expect((await command('tink', '--name', 'l', '--file', run.file('none.json', '{}'))).exitCode).toBe(2);
    expect(entries()).toHaveLength(1);
  });

  it.each(['[]', '', ' [ ]\n'])('takes %j for a file without entries', async (content) => {
    file = run.file('made.json', content);
    expect((await command('tink', '--name', 'k')).exitCode).toBe(0);
    expect(entries()).toHaveLength(1);
  });

  it('prints the entry where no file is named', async () => {
    const { printed } = await run.command(['tink', '--name', 'k']);
    expect(JSON.parse(printed)).toEqual([expect.objectContaining({ name: 'k', type: 'TINK' })]);
  });

  it('leaves a file alone that it does not understand', async () => {
    file = run.file('made.json', '[{"name": "a"}]');
    expect((await command('tink', '--name', 'b')).exitCode).toBe(2);
    expect(readFileSync(file, 'utf8')).toBe('[{"name": "a"}]');
  });
});

describe('service-account-key', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = {
    type: 'service_account',
    project_id: 'ts-project',
    private_key_id: 'ab'.repeat(20),
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    client_email: 'worker@ts-project.iam.gserviceaccount.com',
    client_id: '1',
    token_uri: 'https://oauth2.googleapis.com/token',
  };
  const take = (content: unknown): Promise<Outcome> =>
    command(
      'service-account-key',
      '--name',
      'sa',
      '--file',
      run.file('key.json', typeof content === 'string' ? content : JSON.stringify(content)),
    );

  it('takes a key file as it is, as a RAW secret, and prints no key', async () => {
    const outcome = await take(key);
    expect(outcome.exitCode).toBe(0);
    expect(entries()).toEqual([{ name: 'sa', type: 'RAW', data: Buffer.from(JSON.stringify(key)).toString('base64') }]);
    expect(JSON.stringify(outcome)).not.toContain('PRIVATE KEY');
  });

  it.each([
    ['another kind of credentials', { ...key, type: 'authorized_user' }, 'type is missing or wrong'],
    ['a token address that is not Google', { ...key, token_uri: 'https://evil.example' }, 'token_uri'],
    ['a key that is none', { ...key, private_key: 'x' }, 'private_key is no RSA private key'],
    ['no JSON', 'nonsense', 'not a JSON object'],
  ])('refuses %s', async (_name, content, message) => {
    const outcome = await take(content);
    expect(outcome).toMatchObject({ exitCode: 2 });
    expect(outcome.complaints.join()).toContain(message);
    expect(existsSync(file)).toBe(false);
  });
});
