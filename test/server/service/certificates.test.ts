import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '../../../src/base/index.js';
import type { SecretManager } from '../../../src/gcp/index.js';
import type { TlsSources } from '../../../src/server/config.js';
import { loadTlsMaterial } from '../../../src/server/service/certificates.js';
import { makeChain, type ChainFiles } from '../../support/chain.js';

let chain: ChainFiles;
let other: ChainFiles;

beforeAll(() => {
  chain = makeChain();
  other = makeChain();
});

afterAll(() => {
  chain.remove();
  other.remove();
});

const noSecretManager = (): never => {
  throw new Error('not expected');
};
const sources = (overrides: Partial<TlsSources> = {}): TlsSources => ({
  from: 'files',
  certificate: chain.path('tokenservice.crt'),
  key: chain.path('tokenservice.key'),
  clientAuthorities: chain.path('tls-ca.crt'),
  ...overrides,
});
const problem = async (overrides: Partial<TlsSources>, now = new Date()): Promise<string> => {
  const error: unknown = await loadTlsMaterial(sources(overrides), noSecretManager, now).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
  const { message } = error as Error;
  expect(message.split('\n')).toHaveLength(1);
  return message;
};
const file = (name: string, content: string | Buffer): string => {
  const path = join(chain.directory, name);
  writeFileSync(path, content);
  return path;
};

test('the hash of the key is what openssl computes', async () => {
  const { serverSpkiSha256 } = await loadTlsMaterial(sources(), noSecretManager, new Date());
  const spki = execFileSync('sh', [
    '-c',
    `openssl x509 -in "$1" -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -hex -r`,
    'sh',
    chain.path('tokenservice.crt'),
  ]);
  expect(serverSpkiSha256.toString('hex')).toBe(spki.toString().slice(0, 64));
});

test('without --useMTLS no authorities are read', async () => {
  expect((await loadTlsMaterial(sources({ clientAuthorities: undefined }), noSecretManager, new Date())).clientAuthorities).toBeUndefined();
});

test.each(['certificate', 'key', 'clientAuthorities'] as const)('an unreadable file for %s is named with its flag', async (which) => {
  const flags = { certificate: '--tlsCert', key: '--tlsKey', clientAuthorities: '--tlsCertChain' };
  const message = await problem({ [which]: '/nowhere/file.pem' });
  expect(message).toContain(flags[which]);
  expect(message).toContain('/nowhere/file.pem cannot be read (ENOENT)');
});

test('a file that is no PEM', async () => {
  expect(await problem({ certificate: file('plain.txt', 'hello') })).toContain('holds no certificate in PEM form');
  expect(await problem({ key: file('plain.txt', 'hello') })).toContain('holds no unencrypted private key');
  expect(await problem({ clientAuthorities: file('plain.txt', 'hello') })).toContain('--tlsCertChain');
});

test('a certificate cut short', async () => {
  const pem = chain.read('tokenservice.crt').toString();
  expect(await problem({ certificate: file('cut.crt', pem.replace(/\n[^\n]{64}\n/, '\n')) })).toContain('does not parse');
});

test('a certificate where the key should be', async () => {
  expect(await problem({ key: chain.path('tokenservice.crt') })).toContain('holds no unencrypted private key');
});

test('the key of another certificate', async () => {
  expect(await problem({ key: other.path('tokenservice.key') })).toContain('is not the key of the certificate');
});

test('a key is never quoted', async () => {
  const [begin = '', body = '', ...rest] = chain.read('tokenservice.key').toString().split('\n');
  const broken = file('broken.key', [begin, body, ...rest.slice(1)].join('\n'));
  expect(await problem({ key: broken })).not.toContain(body);
});

test('expired, and not valid yet', async () => {
  expect(await problem({}, new Date('2999-01-01'))).toContain('expired on');
  expect(await problem({}, new Date('2000-01-01'))).toContain('is not valid before');
});

test('a leaf is no authority for client certificates', async () => {
  expect(await problem({ clientAuthorities: chain.path('tokenclient.crt') })).toContain('is no authority');
});

test('from Secret Manager', async () => {
  const stored: Readonly<Record<string, Buffer>> = {
    'projects/1/secrets/tls_crt': chain.read('tokenservice.crt'),
    'projects/1/secrets/tls_key': chain.read('tokenservice.key'),
    'projects/1/secrets/tls-ca': chain.read('tls-ca.crt'),
  };
  const secretManager: SecretManager = { access: (name) => Promise.resolve({ value: new Secret(stored[name]!), version: '1' }) };
  const names = {
    certificate: 'projects/1/secrets/tls_crt',
    key: 'projects/1/secrets/tls_key',
    clientAuthorities: 'projects/1/secrets/tls-ca',
  };
  const material = await loadTlsMaterial({ from: 'secret-manager', ...names }, () => secretManager, new Date());
  expect(material.key.expose()).toEqual(readFileSync(chain.path('tokenservice.key')));
});
