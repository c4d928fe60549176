import { crc32c } from '../../src/gcp/crc32c.js';
import { startFarSide, type FarSide } from './support/far-side.js';

let far: FarSide;
let key: string;
beforeAll(async () => {
  far = await startFarSide();
  far.world.addSecretVersion('alice', 'tls_key', Buffer.from('one'));
  far.world.addSecretVersion('alice', 'tls_key', Buffer.from('two'));
  key = far.world.stores.keys.addVersion('alice', 'global', 'ring', 'secrets');
  // The first call of each loads its client.
  await far.cloud.secretManager.access('projects/alice/secrets/tls_key');
  await far.cloud.kms.wrap(key, Buffer.from('x'), Buffer.from('y'));
});
afterEach(() => far.world.faults.clear());
afterAll(() => far.stop());

it('CRC-32C of "123456789" is e3069283, and of 32 zero bytes 8a9136aa (RFC 3720 B.4)', () => {
  expect(crc32c(Buffer.from('123456789')).toString(16)).toBe('e3069283');
  expect(crc32c(Buffer.alloc(32)).toString(16)).toBe('8a9136aa');
});

describe('Secret Manager', () => {
  it('gives the newest version and tells which it was', async () => {
    const { value, version } = await far.cloud.secretManager.access('projects/alice/secrets/tls_key');
    expect([value.expose().toString(), version]).toEqual(['two', 'projects/708288290784/secrets/tls_key/versions/2']);
  });

  it('gives the version that is named', async () => {
    const { value } = await far.cloud.secretManager.access('projects/708288290784/secrets/tls_key/versions/1');
    expect(value.expose().toString()).toBe('one');
  });

  it('says what is not there', async () => {
    await expect(far.cloud.secretManager.access('projects/alice/secrets/none')).rejects.toMatchObject({ code: 'CLOUD_NOT_FOUND' });
  });

  it.each(['tls_key', 'projects/alice/secrets/a/b', 'projects/alice/secrets/x/versions/', '', 'projects/../secrets/x'])(
    'does not ask for %j',
    async (name) => {
      await expect(far.cloud.secretManager.access(name)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    },
  );

  it('names the permission that is missing', async () => {
    const stranger = await far.world.addPrincipal('stranger@example.com', 'alice');
    const cloud = far.open({ endpoints: far.world.endpointsFor(stranger) });
    await expect(cloud.secretManager.access('projects/alice/secrets/tls_key')).rejects.toMatchObject({
      code: 'CLOUD_PERMISSION_MISSING',
      context: { permission: 'secretmanager.versions.access' },
    });
  });
});

describe('Cloud KMS', () => {
  const aad = Buffer.from('policy');
  const plaintext = Buffer.alloc(32, 7);

  it('unwraps what it wrapped, also after the key was rotated', async () => {
    const wrapped = await far.cloud.kms.wrap(key, plaintext, aad);
    expect(wrapped.includes(plaintext)).toBe(false);
    far.world.stores.keys.addVersion('alice', 'global', 'ring', 'secrets');
    expect(await far.cloud.kms.unwrap(key, wrapped, aad)).toEqual(plaintext);
  });

  it.each<[string, (wrapped: Buffer) => [Buffer, Buffer]]>([
    ['other associated data', (wrapped) => [wrapped, Buffer.from('other policy')]],
    ['no associated data', (wrapped) => [wrapped, Buffer.alloc(0)]],
    ['a changed ciphertext', (wrapped) => [Buffer.from(wrapped.map((byte, i) => (i === wrapped.length - 1 ? byte ^ 1 : byte))), aad]],
    ['a cut ciphertext', (wrapped) => [wrapped.subarray(0, 10), aad]],
  ])('does not unwrap with %s', async (_what, change) => {
    const [ciphertext, associatedData] = change(await far.cloud.kms.wrap(key, plaintext, aad));
    await expect(far.cloud.kms.unwrap(key, ciphertext, associatedData)).rejects.toMatchObject({ code: 'CRYPTO_FAILED' });
  });

  it('does not unwrap with another key', async () => {
    const other = far.world.stores.keys.addVersion('alice', 'global', 'ring', 'other');
    const wrapped = await far.cloud.kms.wrap(key, plaintext, aad);
    await expect(far.cloud.kms.unwrap(other, wrapped, aad)).rejects.toMatchObject({ code: 'CRYPTO_FAILED' });
  });

  it('does not ask for what is no key', async () => {
    await expect(far.cloud.kms.wrap('key', plaintext, aad)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe.each<[string, 'secretManager' | 'kms', () => Promise<unknown>]>([
  ['Secret Manager', 'secretManager', () => far.hasty.secretManager.access('projects/alice/secrets/tls_key')],
  ['Cloud KMS', 'kms', () => far.hasty.kms.wrap(key, Buffer.from('x'), Buffer.from('y'))],
])('%s that fails', (_name, api, call) => {
  it.each([{ kind: 'hang' }, { kind: 'error', status: 503 }, { kind: 'error', status: 429 }, { kind: 'error', status: 500 }] as const)(
    'undecided, and in time, at %j',
    async (fault) => {
      far.world.faults.set(api, fault);
      await expect(call()).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
    },
  );

  it('is a missing permission at PERMISSION_DENIED', async () => {
    far.world.faults.set(api, { kind: 'forbidden' });
    await expect(call()).rejects.toMatchObject({ code: 'CLOUD_PERMISSION_MISSING' });
  });
});
