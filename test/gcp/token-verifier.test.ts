import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openTokenVerifier } from '../../src/gcp/token-verifier.js';
import { startFarSide, type FarSide } from './support/far-side.js';
import { rawClaims } from '../facts/samples.js';

let far: FarSide;
beforeAll(async () => {
  far = await startFarSide();
});
afterEach(() => far.world.faults.clear());
afterAll(() => far.stop());

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const goodToken = (): string => far.world.signIdentityToken(rawClaims);
const headerOf = (token: string): Record<string, string> =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as Record<string, string>;
const problemOf = async (token: string): Promise<string | undefined> => {
  const { claims, problem } = await far.cloud.tokens.verify(token);
  expect(claims).toBeUndefined();
  return problem;
};

describe('a token that Google signed', () => {
  it('is read, and nothing in it is judged', async () => {
    const { claims, problem } = await far.cloud.tokens.verify(goodToken());
    expect(problem).toBeUndefined();
    expect(claims).toMatchObject({ audience: 'https://tokenserver', instance: { instanceId: '8296329138112513432' } });
  });

  it('made by the metadata server of a VM names that VM', async () => {
    const vm = await far.insertVm();
    const token = await far.openOn(vm).metadataServer.identityToken('https://a/b?c=d&e#f');
    const { claims } = await far.cloud.tokens.verify(token);
    expect([claims?.audience, claims?.instance?.instanceId]).toEqual(['https://a/b?c=d&e#f', vm.id]);
  });

  it('but is no ID token is refused', async () => {
    expect(await problemOf(far.world.signIdentityToken({ iss: 'x' }))).toBe('the payload is not that of an ID token');
  });
});

describe('a token that Google did not sign', () => {
  it('with another key under a known key id', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const [header = '', payload = ''] = goodToken().split('.');
    const signature = sign('sha256', Buffer.from(`${header}.${payload}`), privateKey).toString('base64url');
    expect(await problemOf(`${header}.${payload}.${signature}`)).toBe('bad signature');
  });

  it('with changed claims', async () => {
    const [header, , signature] = goodToken().split('.');
    expect(await problemOf(`${header}.${part({ ...rawClaims, aud: 'other' })}.${signature}`)).toBe('bad signature');
  });

  it('with an unknown key id', async () => {
    const [header = '', payload, signature] = goodToken().split('.');
    expect(await problemOf(`${part({ ...headerOf(`${header}.`), kid: 'other' })}.${payload}.${signature}`)).toBe('unknown key id');
  });

  it.each(['none', 'HS256', 'ES256', 'PS256', 'RS512'])('with algorithm %s', async (alg) => {
    const { kid } = headerOf(goodToken());
    const signed = `${part({ alg, kid, typ: 'JWT' })}.${part(rawClaims)}`;
    const signature = alg === 'none' ? '' : createHmac('sha256', 'key').update(signed).digest('base64url');
    expect(await problemOf(`${signed}.${signature}`)).toBe(`algorithm ${alg}`);
  });

  it('with an algorithm that is no name keeps it out of the log', async () => {
    expect(await problemOf(`${part({ alg: '\n{"forged":1}', kid: 'x' })}.e30.AA`)).toBe('unknown algorithm');
  });

  it('without a key id', async () => {
    expect(await problemOf(`${part({ alg: 'RS256' })}.${part(rawClaims)}.AA`)).toBe('no key id');
  });

  it('with an unencoded payload or an unknown critical header', async () => {
    const { kid } = headerOf(goodToken());
    const [, payload, signature] = goodToken().split('.');
    expect(await problemOf(`${part({ alg: 'RS256', kid, crit: ['x'], x: 1 })}.${payload}.${signature}`)).toBe('malformed');
  });

  it.each(['', 'x', 'a.b', 'a.b.c', '..', 'a.b.c.d', '{}.{}.{}'])('that is %j', async (token) => {
    expect(await problemOf(token)).toBe('malformed');
  });

  it('with other unused bits in its last character, or padded: one token has one spelling', async () => {
    const token = goodToken();
    const signature = Buffer.from(token.split('.')[2] ?? '', 'base64url');
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const others = alphabet
      .split('')
      .map((last) => token.slice(0, -1) + last)
      .filter((other) => other !== token);
    const sameBytes = others.filter((other) => Buffer.from(other.split('.')[2] ?? '', 'base64url').equals(signature));
    expect(sameBytes).toHaveLength(15);
    for (const other of [...sameBytes, `${token}=`, `${token}==`]) expect(await problemOf(other)).toBe('malformed');
  });

  it('that is too long is refused before it is looked at', async () => {
    expect(await problemOf('a'.repeat(8193))).toBe('longer than 8192 characters');
  });
});

describe('the key set', () => {
  it('is not needed to start, and its failure is no refusal', async () => {
    far.world.faults.set('jwks', { kind: 'error', status: 503 });
    const cloud = far.open();
    expect(cloud.tokens.ready).toBe(false);
    await expect(cloud.tokens.verify(goodToken())).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
    await expect(cloud.tokens.warm()).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
    expect(cloud.tokens.ready).toBe(false);
  });

  it.each([{ kind: 'hang' }, { kind: 'truncate' }] as const)('undecided when it does not come: %j', async (fault) => {
    far.world.faults.set('jwks', fault);
    await expect(far.open().tokens.verify(goodToken())).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
  });

  it('is asked for once, whatever the number of tokens', async () => {
    const cloud = far.open({ keyCoolDownMs: 60_000 });
    await cloud.tokens.warm();
    expect(cloud.tokens.ready).toBe(true);
    const before = far.world.calls('jwks');
    const [, payload, signature] = goodToken().split('.');
    const unknown = Array.from({ length: 50 }, (_, i) => `${part({ alg: 'RS256', kid: `k${i}` })}.${payload}.${signature}`);
    await Promise.all([...unknown, goodToken()].map((token) => cloud.tokens.verify(token)));
    expect(far.world.calls('jwks')).toBe(before);
  });

  it('is loaded anew for a key that Google has since added', async () => {
    await far.cloud.tokens.warm();
    await far.world.rotateKeys();
    expect((await far.cloud.tokens.verify(goodToken())).problem).toBeUndefined();
  });

  it('is not asked again at once by each of many after a failure', async () => {
    far.world.faults.set('jwks', { kind: 'error', status: 500 });
    const cloud = far.open();
    const before = far.world.calls('jwks');
    for (let i = 0; i < 20; i++) await expect(cloud.tokens.verify(goodToken())).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
    expect(far.world.calls('jwks') - before).toBeLessThanOrEqual(2);
  });

  it('that is too long, or sends the caller elsewhere, is not taken', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/elsewhere') response.writeHead(302, { location: '/keys' }).end();
      else response.end(`{"keys":[${' '.repeat(300_000)}]}`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (const path of ['/keys', '/elsewhere']) {
      const verifier = openTokenVerifier({ keySetUrl: `${base}${path}`, deadlineMs: 1000, coolDownMs: 0 });
      await expect(verifier.verify(goodToken())).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
    }
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});
