import { SecretManagerServiceClient } from '@google-cloud/secret-manager';
import { credentials } from '@grpc/grpc-js';
import { OAuth2Client } from 'google-auth-library';
import { bobProject, startWorld, type World } from './support/world.js';

let world: World;
let client: SecretManagerServiceClient;
beforeAll(async () => {
  world = await startWorld();
  world.cloud.addSecretVersion(bobProject, 'tls_key', Buffer.from('123456789'));
  const [apiEndpoint = '', port] = world.cloud.endpointsFor(world.bob).secretManager.split(':');
  client = new SecretManagerServiceClient({
    apiEndpoint,
    port: Number(port),
    sslCreds: credentials.createInsecure(),
    authClient: new OAuth2Client(),
  });
});
afterAll(async () => {
  await client.close();
  await world.cloud.stop();
});

const access = (name: string, who = world.bob) => {
  const { accessToken } = world.cloud.core.principals.issueToken(who);
  return client.accessSecretVersion({ name }, { otherArgs: { headers: { authorization: `Bearer ${accessToken}` } } });
};

it("gives Google's client the secret, its number and its CRC-32C (e3069283, RFC 3720 B.4)", async () => {
  const [answer] = await access(`projects/${bobProject}/secrets/tls_key/versions/latest`);
  expect(answer.name).toBe('projects/248928956783/secrets/tls_key/versions/1');
  expect(Buffer.from(answer.payload?.data as Uint8Array).toString()).toBe('123456789');
  expect(answer.payload?.dataCrc32c).toBe(String(0xe3069283));
});

it('latest is the newest version, and a disabled one is not given', async () => {
  world.cloud.addSecretVersion(bobProject, 'turning', Buffer.from('a'));
  world.cloud.addSecretVersion(bobProject, 'turning', Buffer.from('b'));
  const [answer] = await access(`projects/${bobProject}/secrets/turning/versions/latest`);
  expect(answer.name).toMatch(/versions\/2$/);
  world.cloud.stores.secrets.setState('248928956783', 'turning', 2, 'DISABLED');
  await expect(access(`projects/${bobProject}/secrets/turning/versions/latest`)).rejects.toMatchObject({ code: 9 });
});

it.each([
  [`projects/${bobProject}/secrets/none/versions/latest`, 5],
  [`projects/${bobProject}/secrets/tls_key/versions/9`, 5],
  [`projects/${bobProject}/secrets/tls_key`, 3],
  ['projects/nobody/secrets/tls_key/versions/1', 7],
])('%s is gRPC status %d', async (name, code) => {
  await expect(access(name)).rejects.toMatchObject({ code });
});

it('needs the permission', async () => {
  await expect(access(`projects/${bobProject}/secrets/tls_key/versions/1`, world.alice)).rejects.toMatchObject({ code: 7 });
});
