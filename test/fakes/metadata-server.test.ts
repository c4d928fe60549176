import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createLocalJWKSet, createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import type { Vm } from '../../src/localcloud/index.js';
import { aliceEmail, bobProject, serviceAccount, startWorld, zone, type World } from './support/world.js';

let world: World;
let vm: Vm;
beforeEach(async () => {
  world = await startWorld();
  vm = await world.insert({ metadata: { 'user-data': '#cloud-config\n' } });
});
afterEach(() => world.cloud.stop());

async function ask(path: string, headers: Record<string, string> = { 'Metadata-Flavor': 'Google' }, from = vm.metadataUrl) {
  const response = await fetch(`${from}/computeMetadata/v1/${path}`, { headers });
  return { status: response.status, flavor: response.headers.get('metadata-flavor'), text: await response.text() };
}
const identity = 'instance/service-accounts/default/identity';

/** The key set as a verifier downloads it now. */
const keysNow = async (): Promise<JSONWebKeySet> => (await (await fetch(world.cloud.endpointsFor(vm).jwks)).json()) as JSONWebKeySet;

const verified = async (token: string, keys: JSONWebKeySet): Promise<boolean> =>
  jwtVerify(token, createLocalJWKSet(keys), { currentDate: world.clock.now() }).then(
    () => true,
    () => false,
  );

test('without the flavor header, or forwarded, the answer is 403; each answer carries the header itself', async () => {
  expect(await ask('instance/id', {})).toMatchObject({ status: 403, flavor: 'Google' });
  expect((await ask('instance/id', { 'Metadata-Flavor': 'google' })).status).toBe(403);
  expect((await ask('instance/id', { 'Metadata-Flavor': 'Google', 'X-Forwarded-For': '10.0.0.1' })).status).toBe(403);
  expect(await ask('instance/id')).toEqual({ status: 200, flavor: 'Google', text: vm.id });
});

test.each([
  ['project/project-id', () => bobProject],
  ['project/numeric-project-id', () => '248928956783'],
  ['universe/universe-domain', () => 'googleapis.com'],
  ['instance/name', () => 'tokenclient'],
  ['instance/zone', () => `projects/248928956783/zones/${zone}`],
  ['instance/attributes/user-data', () => '#cloud-config\n'],
  ['instance/service-accounts/default/email', () => serviceAccount],
  ['instance/network-interfaces/0/ip', () => '127.0.0.1'],
])('%s has its documented value', async (path, expected) => {
  expect((await ask(path)).text).toBe(expected());
});

test('the VM reads its metadata as it is now, not as it was at boot', async () => {
  await vm.addMetadata({ 'startup-script': 'id' });
  expect((await ask('instance/attributes/startup-script')).text).toBe('id');
  await vm.setProjectMetadata({ note: 'hello' });
  expect((await ask('project/attributes/note')).text).toBe('hello');
  expect((await ask('instance/attributes/absent')).status).toBe(404);
});

test('an identity token with format=full carries the claims that only a metadata server makes', async () => {
  const { status, text } = await ask(`${identity}?audience=${encodeURIComponent('https://alice/?a=b&c')}&format=full`);
  const claims = decodeJwt(text);
  const now = world.clock.now().getTime() / 1000;
  expect(status).toBe(200);
  expect(decodeProtectedHeader(text)).toEqual({ alg: 'RS256', typ: 'JWT', kid: expect.stringMatching(/^[0-9a-f]{40}$/) });
  expect(claims).toEqual({
    iss: 'https://accounts.google.com',
    aud: 'https://alice/?a=b&c',
    azp: claims.sub,
    sub: expect.stringMatching(/^\d{21}$/),
    email: serviceAccount,
    email_verified: true,
    iat: now,
    exp: now + 3600,
    google: {
      compute_engine: {
        project_id: bobProject,
        project_number: 248928956783,
        zone,
        instance_id: vm.id,
        instance_name: 'tokenclient',
        instance_creation_timestamp: now,
        instance_confidentiality: 0,
      },
    },
  });
});

test('format=standard and no format leave the machine out; licenses appear when asked for', async () => {
  expect(decodeJwt((await ask(`${identity}?audience=a&format=standard`)).text)).not.toHaveProperty('google');
  expect(decodeJwt((await ask(`${identity}?audience=a`)).text)).not.toHaveProperty('google');
  const licensed = decodeJwt((await ask(`${identity}?audience=a&format=full&licenses=TRUE`)).text);
  expect(licensed).toMatchObject({ google: { compute_engine: { license_id: [expect.any(String), expect.any(String)] } } });
});

test('the audience is mandatory and the format must be known', async () => {
  expect((await ask(`${identity}?format=full`)).status).toBe(400);
  expect((await ask(`${identity}?audience=&format=full`)).status).toBe(400);
  expect((await ask(`${identity}?audience=a&format=complete`)).status).toBe(400);
  expect((await ask(`${identity}?audience=a&nonce=b`)).status).toBe(400);
});

test('a Confidential VM says so in its token', async () => {
  const confidential = await world.insert({ name: 'sealed', confidential: 'SEV_SNP' });
  const { text } = await ask(`${identity}?audience=a&format=full`, undefined, confidential.metadataUrl);
  expect(decodeJwt(text)).toMatchObject({ google: { compute_engine: { instance_confidentiality: 1 } } });
});

test('tokens verify against the published keys; a rotation keeps the old key for one round, and caching is announced', async () => {
  const first = (await ask(`${identity}?audience=a&format=full`)).text;
  const before = await keysNow();
  await world.cloud.rotateKeys();
  const second = (await ask(`${identity}?audience=a&format=full`)).text;
  const after = await keysNow();
  expect(await verified(first, before)).toBe(true);
  expect(await verified(second, before)).toBe(false);
  expect(await verified(first, after)).toBe(true);
  expect(await verified(second, after)).toBe(true);
  await world.cloud.rotateKeys();
  expect(await verified(first, await keysNow())).toBe(false);
  const { headers } = await fetch(world.cloud.endpointsFor(vm).jwks);
  expect(headers.get('cache-control')).toMatch(/^public, max-age=\d+, must-revalidate, no-transform$/);
});

test('a verifier that meets an unknown key id finds the new key by one more download', async () => {
  const set = createRemoteJWKSet(new URL(world.cloud.endpointsFor(vm).jwks), { cooldownDuration: 0 });
  const verify = async (): Promise<unknown> => {
    const { text } = await ask(`${identity}?audience=a&format=full`);
    return (await jwtVerify(text, set, { currentDate: world.clock.now() })).payload.aud;
  };
  await verify();
  await verify();
  expect(world.cloud.calls('jwks')).toBe(1);
  await world.cloud.rotateKeys();
  expect(await verify()).toBe('a');
  expect(world.cloud.calls('jwks')).toBe(2);
});

test('Google’s auth library, pointed by GCE_METADATA_HOST, gets an access token that works and an identity token', async () => {
  const script = join(__dirname, 'support/default-credentials.cjs');
  const env = {
    PATH: process.env['PATH'],
    GCE_METADATA_HOST: vm.metadataUrl.slice('http://'.length),
    METADATA_SERVER_DETECTION: 'assume-present',
  };
  const { stdout } = await promisify(execFile)(process.execPath, [script, 'https://alice'], { env });
  const found = JSON.parse(stdout) as { accessToken: string; idToken: string; projectId: string };
  expect(found.projectId).toBe(bobProject);
  expect(world.cloud.core.principals.authenticate(`Bearer ${found.accessToken}`)?.email).toBe(serviceAccount);
  expect(decodeJwt(found.idToken)).toMatchObject({ aud: 'https://alice', google: { compute_engine: { instance_id: vm.id } } });
});

test('an access token is handed out again until five minutes before it ends', async () => {
  const token = async () =>
    JSON.parse((await ask('instance/service-accounts/default/token')).text) as { access_token: string; expires_in: number };
  const first = await token();
  world.clock.advanceSeconds(3000);
  expect(await token()).toEqual({ ...first, expires_in: first.expires_in - 3000 });
  world.clock.advanceSeconds(300);
  expect((await token()).access_token).not.toBe(first.access_token);
});

test('a VM without service account has no tokens, and a stopped one no metadata server', async () => {
  const bare = await world.insert({ name: 'bare', serviceAccount: undefined });
  expect((await ask(`${identity}?audience=a`, undefined, bare.metadataUrl)).status).toBe(404);
  expect((await ask('instance/service-accounts/default/token', undefined, bare.metadataUrl)).status).toBe(404);
  await vm.stop();
  expect((await ask('instance/id')).status).toBe(503);
  await vm.start();
  expect((await ask('instance/id')).text).toBe(vm.id);
});

test('a person’s server gives her access tokens and nothing of a machine', async () => {
  const { metadata } = world.cloud.endpointsFor(world.alice);
  const token = JSON.parse((await ask('instance/service-accounts/default/token', undefined, metadata)).text) as { access_token: string };
  expect(world.cloud.core.principals.authenticate(`Bearer ${token.access_token}`)?.email).toBe(aliceEmail);
  expect((await ask(`${identity}?audience=a`, undefined, metadata)).status).toBe(404);
  expect((await ask('instance/id', undefined, metadata)).status).toBe(404);
});
