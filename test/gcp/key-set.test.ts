import { execFileSync } from 'node:child_process';
import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TokenVerifier } from '../../src/gcp/cloud.js';
import { openTokenVerifier } from '../../src/gcp/token-verifier.js';
import { rawClaims } from '../facts/samples.js';

// Key sets of the test, good and odd, and tokens under them.
let server: Server;
let keys: readonly object[] = [];
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

beforeAll(async () => {
  server = createServer((_request, response) => response.end(JSON.stringify({ keys })));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const unsigned = (header: object = {}): string => `${part({ alg: 'RS256', kid: 'k', typ: 'JWT', ...header })}.${part(rawClaims)}`;
const tokenBy = (key: KeyObject, header: object = {}): string =>
  `${unsigned(header)}.${sign('sha256', Buffer.from(unsigned(header)), key).toString('base64url')}`;
const jwk = (key: KeyObject, rest: object = {}): object => ({
  ...key.export({ format: 'jwk' }),
  kid: 'k',
  alg: 'RS256',
  use: 'sig',
  ...rest,
});

function verifierWith(set: readonly object[]): TokenVerifier {
  keys = set;
  return openTokenVerifier({
    keySetUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    deadlineMs: 20_000,
    coolDownMs: 60_000,
  });
}

/** As a text: what became of the token. Claims are given only with no problem at all. */
async function outcomeOf(token: string, set: readonly object[] = [jwk(rsa.publicKey)]): Promise<string> {
  const read = await verifierWith(set)
    .verify(token)
    .catch((error: unknown) => ({ claims: undefined, problem: (error as { code: string }).code }));
  expect(read.claims === undefined).toBe(read.problem !== undefined);
  return read.problem ?? `claims for ${read.claims?.audience}`;
}

const taken = `claims for ${rawClaims.aud}`;

it('a token that openssl signed, under a key that it made, is taken', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'key-set-'));
  try {
    const openssl = (...args: readonly string[]): Buffer => execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
    openssl('genrsa', '-out', 'key.pem', '2048');
    writeFileSync(join(directory, 'signed'), unsigned());
    const signature = openssl('dgst', '-sha256', '-sign', 'key.pem', 'signed');
    const [, modulus = ''] = openssl('rsa', '-in', 'key.pem', '-noout', '-modulus').toString().trim().split('=');
    const key = { kty: 'RSA', alg: 'RS256', use: 'sig', kid: 'k', e: 'AQAB', n: Buffer.from(modulus, 'hex').toString('base64url') };
    expect(await outcomeOf(`${unsigned()}.${signature.toString('base64url')}`, [key])).toBe(taken);
    signature.writeUInt8(signature.readUInt8(100) ^ 1, 100);
    expect(await outcomeOf(`${unsigned()}.${signature.toString('base64url')}`, [key])).toBe('bad signature');
  } finally {
    rmSync(directory, { recursive: true });
  }
});

describe('a key set whose key under this id is not for RS256 is not a pass:', () => {
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const almost = generateKeyPairSync('rsa', { modulusLength: 2040 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pss = { alg: 'PS256' };
  it.each<[string, object, KeyObject, string]>([
    ['RSA of 1024 bits', jwk(weak.publicKey), weak.privateKey, 'CLOUD_UNAVAILABLE'],
    ['RSA of 2040 bits', jwk(almost.publicKey), almost.privateKey, 'CLOUD_UNAVAILABLE'],
    ['a private key', jwk(rsa.privateKey), rsa.privateKey, 'CLOUD_UNAVAILABLE'],
    ['an RSA key that is damaged', jwk(rsa.publicKey, { n: '' }), rsa.privateKey, 'CLOUD_UNAVAILABLE'],
    ['an EC key', jwk(ec.publicKey, { alg: undefined }), ec.privateKey, 'unknown key id'],
    ['an EC key that says RS256', jwk(ec.publicKey), ec.privateKey, 'unknown key id'],
    ['an RSA key for PS256', jwk(rsa.publicKey, pss), rsa.privateKey, 'unknown key id'],
    ['an RSA key to encrypt with', jwk(rsa.publicKey, { use: 'enc' }), rsa.privateKey, 'unknown key id'],
    ['an RSA key that may only sign', jwk(rsa.publicKey, { use: undefined, key_ops: ['sign'] }), rsa.privateKey, 'unknown key id'],
    ['a symmetric key', { kty: 'oct', kid: 'k', k: 'AAAA', alg: 'RS256' }, rsa.privateKey, 'unknown key id'],
  ])('%s', async (_name, key, signer, outcome) => {
    expect(await outcomeOf(tokenBy(signer), [key])).toBe(outcome);
  });

  it('two keys of this id', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
    expect(await outcomeOf(tokenBy(rsa.privateKey), [jwk(other), jwk(rsa.publicKey)])).toBe('CLOUD_UNAVAILABLE');
  });

  it('and stays so, though the verifier is asked again', async () => {
    const verifier = verifierWith([jwk(weak.publicKey)]);
    for (let i = 0; i < 3; i++)
      await expect(verifier.verify(tokenBy(weak.privateKey))).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
  });

  it('nor are no keys at all', async () => {
    expect(await outcomeOf(tokenBy(rsa.privateKey), [])).toBe('unknown key id');
  });
});

it('a key beside others is found by its id', async () => {
  const others = ['a', 'b', 'c'].map((kid) => jwk(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey, { kid }));
  expect(await outcomeOf(tokenBy(rsa.privateKey), [...others, jwk(rsa.publicKey)])).toBe(taken);
  expect(await outcomeOf(tokenBy(rsa.privateKey, { kid: 'a' }), [...others, jwk(rsa.publicKey)])).toBe('bad signature');
});

describe('a token under a good key, with a good signature, is refused', () => {
  // The header is signed, so only what is checked of it stands in the way.
  it.each<[string, object, string]>([
    ['for a header that must be understood', { crit: ['x'], x: 1 }, 'malformed'],
    ['for a list of such headers that is empty', { crit: [] }, 'malformed'],
    ['for b64', { b64: true }, 'malformed'],
    ['for b64 that is critical', { b64: false, crit: ['b64'] }, 'malformed'],
    ['for algorithm RS512', { alg: 'RS512' }, 'algorithm RS512'],
    ['for algorithm rs256', { alg: 'rs256' }, 'algorithm rs256'],
    ['for no algorithm', { alg: undefined }, 'unknown algorithm'],
    ['for a list of algorithms', { alg: ['RS256'] }, 'unknown algorithm'],
    ['for an empty key id', { kid: '' }, 'no key id'],
    ['for a key id that is a number', { kid: 1 }, 'no key id'],
  ])('%s', async (_name, header, problem) => {
    expect(await outcomeOf(tokenBy(rsa.privateKey, header))).toBe(problem);
  });

  it('when it has two parts, four, or five', async () => {
    const token = tokenBy(rsa.privateKey);
    const [header = '', payload = '', signature = ''] = token.split('.');
    expect(await outcomeOf(token)).toBe(taken);
    for (const other of [
      `${header}.${payload}`,
      `${token}.`,
      `${token}.${signature}`,
      `${token}..`,
      `.${token}`,
      `${header}..${signature}`,
    ])
      expect(await outcomeOf(other)).not.toBe(taken);
    expect(await outcomeOf(`${token}.`)).toBe('malformed');
  });
});

describe('a signature that is not one of the key over the first two parts:', () => {
  const good = (): string => tokenBy(rsa.privateKey);
  const signature = (): Buffer => Buffer.from(good().split('.')[2] ?? '', 'base64url');
  const pss = { key: rsa.privateKey, padding: 6, saltLength: 32 };
  it.each<[string, () => Buffer]>([
    ['an empty one', () => Buffer.alloc(0)],
    ['one that is cut off', () => signature().subarray(0, -1)],
    ['one with a byte more', () => Buffer.concat([signature(), Buffer.alloc(1)])],
    ['one with a zero before it', () => Buffer.concat([Buffer.alloc(1), signature()])],
    ['zeros', () => Buffer.alloc(256)],
    ['one with SHA-512', () => sign('sha512', Buffer.from(unsigned()), rsa.privateKey)],
    ['one of RSASSA-PSS', () => sign('sha256', Buffer.from(unsigned()), pss)],
    ['one over the payload alone', () => sign('sha256', Buffer.from(part(rawClaims)), rsa.privateKey)],
    [
      'an HMAC by the public key',
      () =>
        createHmac('sha256', rsa.publicKey.export({ type: 'spki', format: 'pem' }))
          .update(unsigned())
          .digest(),
    ],
  ])('%s', async (_name, make) => {
    expect(await outcomeOf(`${unsigned()}.${make().toString('base64url')}`)).toBe('bad signature');
  });
});

describe('a token that was verified before', () => {
  const good = tokenBy(rsa.privateKey);

  it('is not verified again by the same key', async () => {
    const verifier = verifierWith([jwk(rsa.publicKey)]);
    const { claims } = await verifier.verify(good);
    expect(claims).toBeDefined();
    expect((await verifier.verify(good)).claims).toBe(claims);
  });

  it('vouches for no other one: not for its claims under another signature, nor for its signature over other claims', async () => {
    const verifier = verifierWith([jwk(rsa.publicKey)]);
    await verifier.verify(good);
    const [header, payload, signature = ''] = good.split('.');
    const otherClaims = part({ ...rawClaims, aud: 'other' });
    const otherSignature = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    for (const token of [`${header}.${otherClaims}.${signature}`, `${header}.${payload}.${otherSignature}`])
      expect(await verifier.verify(token)).toEqual({ claims: undefined, problem: 'bad signature' });
    expect((await verifier.verify(good)).problem).toBeUndefined();
  });

  it('verifies no more when its key id stands for another key', async () => {
    const verifier = verifierWith([jwk(rsa.publicKey)]);
    await verifier.verify(good);
    keys = [jwk(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey)];
    await verifier.warm();
    expect(await verifier.verify(good)).toEqual({ claims: undefined, problem: 'bad signature' });
  });

  it('verifies no more when its key is not in the set', async () => {
    const verifier = verifierWith([jwk(rsa.publicKey)]);
    await verifier.verify(good);
    keys = [];
    await verifier.warm();
    expect(await verifier.verify(good)).toEqual({ claims: undefined, problem: 'unknown key id' });
  });
});
