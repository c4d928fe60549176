import { openCredentials } from '../../src/gcp/credentials.js';
import { startFarSide, type FarSide } from './support/far-side.js';

let far: FarSide;
const saved = { ...process.env };
beforeAll(async () => {
  far = await startFarSide();
});
afterEach(() => {
  far.world.faults.clear();
  process.env = { ...saved };
});
afterAll(() => far.stop());

const ownerOf = (headers: Record<string, string>): string | undefined =>
  far.world.core.principals.authenticate(headers['authorization'])?.email;

it('in local mode they are those of the endpoints, whatever the environment says', async () => {
  process.env['GOOGLE_APPLICATION_CREDENTIALS'] = '/nonexistent.json';
  process.env['GCE_METADATA_HOST'] = '127.0.0.1:1';
  expect(ownerOf(await openCredentials({ endpoints: far.world.endpointsFor(far.bob) }).headers())).toBe(far.bob.email);
});

it('a token is kept while it is good', async () => {
  const credentials = openCredentials({ endpoints: far.world.endpointsFor(far.bob) });
  const first = await credentials.headers();
  const before = far.world.calls('metadata');
  expect(await credentials.headers()).toEqual(first);
  expect(far.world.calls('metadata')).toBe(before);
});

it('no token is CLOUD_UNAVAILABLE, without what the library said', async () => {
  far.world.faults.set('metadata', { kind: 'error', status: 500 });
  await expect(openCredentials({ endpoints: far.world.endpointsFor(far.bob) }).headers()).rejects.toMatchObject({
    code: 'CLOUD_UNAVAILABLE',
    message: 'no access token for Google could be obtained: check the credentials of this process',
  });
});

it('a token endpoint that never answers is CLOUD_UNAVAILABLE at the deadline of the credentials, whatever the code below waits for', async () => {
  far.world.faults.set('metadata', { kind: 'hang' });
  const credentials = openCredentials({ endpoints: far.world.endpointsFor(far.bob), deadlineMs: 100 });
  await expect(credentials.headers()).rejects.toMatchObject({
    code: 'CLOUD_UNAVAILABLE',
    cause: { message: 'access token did not answer within 100 ms' },
  });
});
