import { createPrivateKey } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startFarSide, valueOf, type FarSide } from './support/far-side.js';

const worker = 'worker-1@alice-project.iam.gserviceaccount.com';
let far: FarSide;
beforeAll(async () => {
  far = await startFarSide();
  far.world.addProject('alice-project', '1', far.alice);
  await far.world.addPrincipal(worker, 'alice-project');
});
afterEach(() => far.world.faults.clear());
afterAll(() => far.stop());

const create = (account = worker) => far.cloud.serviceAccountKeys.create(account);
/** A key takes its time to be made. */
const patient = () => far.open({ deadlineMs: 30_000 }).serviceAccountKeys.create(worker);
const made = (): readonly string[] => far.world.stores.accountKeys.of(worker);

describe('a key of a service account', () => {
  it('is made by Google, and comes as its JSON key file', async () => {
    const { keyId, file } = valueOf(await patient());
    expect(made()).toEqual([keyId]);
    const content = JSON.parse(file.expose().toString()) as Record<string, string>;
    expect(content).toMatchObject({ type: 'service_account', client_email: worker, private_key_id: keyId });
    expect(createPrivateKey(content['private_key'] ?? '').asymmetricKeyDetails?.modulusLength).toBe(2048);
  }, 30_000);

  it('of an account that is not there is absent', async () => {
    expect(await create('nobody@alice-project.iam.gserviceaccount.com')).toEqual({ kind: 'absent' });
  });

  it('of an account in a project where this is not allowed is forbidden, and names the permission', async () => {
    const before = made().length;
    const stranger = await far.world.addPrincipal('stranger@example.com', 'alice');
    const cloud = far.open({ endpoints: far.world.endpointsFor(stranger) });
    expect(await cloud.serviceAccountKeys.create(worker)).toEqual({ kind: 'forbidden', permission: 'iam.serviceAccountKeys.create' });
    expect(made()).toHaveLength(before);
  });

  it.each(['worker-1', 'a@b.com', 'x/../y@alice-project.iam.gserviceaccount.com', 'worker-1@alice-project.iam.gserviceaccount.com/keys?'])(
    'is not asked for where the account is named %j',
    async (account) => {
      const before = far.world.calls('iam');
      await expect(create(account)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
      expect(far.world.calls('iam')).toBe(before);
    },
  );
});

describe('when no answer comes', () => {
  it.each([
    ['the connection breaks', { kind: 'truncate' }],
    ['Google answers 503', { kind: 'error', status: 503 }],
    ['there is no answer in time', { kind: 'hang' }],
  ] as const)('%s: it is asked once only, and the caller is told that a key may have been made', async (_name, fault) => {
    const before = far.world.calls('iam');
    far.world.faults.set('iam', fault);
    await expect(far.hasty.serviceAccountKeys.create(worker)).rejects.toMatchObject({
      code: 'CLOUD_UNAVAILABLE',
      message: expect.stringContaining(
        `a key may have been made all the same, look: gcloud iam service-accounts keys list --iam-account ${worker}`,
      ) as string,
    });
    expect(far.world.calls('iam')).toBe(before + 1);
  });

  it('a connection that breaks before any answer is not tried again', async () => {
    let attempts = 0;
    const breaking = createServer((request) => {
      attempts++;
      request.socket.destroy();
    });
    await new Promise<void>((resolve) => breaking.listen(0, '127.0.0.1', resolve));
    const iam = `http://127.0.0.1:${(breaking.address() as AddressInfo).port}`;
    const cloud = far.open({ endpoints: { ...far.world.endpointsFor(far.alice), iam } });
    await expect(cloud.serviceAccountKeys.create(worker)).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
    await new Promise((resolve) => breaking.close(resolve));
    expect(attempts).toBe(1);
  });

  it('a refusal is not called a doubt', async () => {
    far.world.faults.set('iam', { kind: 'error', status: 429 });
    const error: unknown = await create().catch((caught: unknown) => caught);
    expect(String(error)).toContain('HTTP 429');
    expect(String(error)).not.toContain('may have been made');
  });
});

it('an eleventh key is not made, and the reason is said', async () => {
  while (made().length < 10) far.world.stores.accountKeys.add(worker, 'an older key');
  await expect(create()).rejects.toMatchObject({
    code: 'CLOUD_UNAVAILABLE',
    message: expect.stringMatching(/makes no key .*at most 10 keys/) as string,
  });
  expect(made()).toHaveLength(10);
});
