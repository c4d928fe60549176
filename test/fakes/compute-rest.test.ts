import { bobProject, compute, serviceAccount, startWorld, zone, type World } from './support/world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.cloud.stop());

const instancePath = (name: string): string => `projects/${bobProject}/zones/${zone}/instances/${name}`;

test('the instance JSON carries what the API page lists, 64-bit numbers as text and references as URLs', async () => {
  const vm = await world.insert({ name: 'shape', natIP: '203.0.113.7', networkIP: '10.128.0.9' });
  const { status, body } = await compute(world, world.bob, instancePath('shape'));
  const base = `https://www.googleapis.com/compute/v1/projects/${bobProject}`;
  expect(status).toBe(200);
  expect(body).toMatchObject({
    kind: 'compute#instance',
    id: vm.id,
    name: 'shape',
    zone: `${base}/zones/${zone}`,
    selfLink: `${base}/zones/${zone}/instances/shape`,
    status: 'RUNNING',
    creationTimestamp: '2026-03-01T05:00:00.000-07:00',
    machineType: `${base}/zones/${zone}/machineTypes/e2-medium`,
    serviceAccounts: [{ email: serviceAccount, scopes: ['https://www.googleapis.com/auth/cloud-platform'] }],
    shieldedInstanceConfig: { enableSecureBoot: false, enableVtpm: true, enableIntegrityMonitoring: true },
    networkInterfaces: [{ networkIP: '10.128.0.9', accessConfigs: [{ type: 'ONE_TO_ONE_NAT', natIP: '203.0.113.7' }] }],
    disks: [
      { boot: true, index: 0, mode: 'READ_WRITE', type: 'PERSISTENT', source: `${base}/zones/${zone}/disks/shape`, diskSizeGb: '10' },
    ],
  });
  expect(Buffer.from(String(body['fingerprint']), 'base64')).toHaveLength(8);
});

test.each([
  ['the instance wins over zone and project', { instance: 'FALSE', zone: 'TRUE', project: 'TRUE' }, false],
  ['the zone wins over the project', { zone: 'TRUE', project: 'FALSE' }, true],
  ['the project alone counts', { project: 'true' }, true],
  ['nobody says anything', {}, false],
])('effective metadata: %s', async (name, levels: { instance?: string; zone?: string; project?: string }, expected) => {
  const key = 'enable-oslogin';
  const vmName = `effective-${name.replace(/[^a-z]/g, '-')}`.slice(0, 60).replace(/-$/, '');
  const vm = await world.insert({ name: vmName, metadata: levels.instance === undefined ? {} : { [key]: levels.instance } });
  await vm.setZoneMetadata({ [key]: levels.zone ?? null });
  await vm.setProjectMetadata(levels.project === undefined ? {} : { [key]: levels.project });
  const { body } = await compute(world, world.bob, instancePath(vmName));
  expect(body['resourceStatus']).toMatchObject({ effectiveInstanceMetadata: { enableOsloginMetadataValue: expected } });
  await vm.setZoneMetadata({ [key]: null });
  await vm.setProjectMetadata({});
});

test('zone metadata is a map and project metadata a list; neither edit changes the instance’s fingerprint', async () => {
  const vm = await world.insert({ name: 'levels' });
  const before = vm.fingerprint;
  await vm.setZoneMetadata({ 'ssh-keys': 'a' });
  await vm.setProjectMetadata({ 'ssh-keys': 'b' });
  const settings = await compute(world, world.bob, `projects/${bobProject}/zones/${zone}/instanceSettings`);
  const project = await compute(world, world.bob, `projects/${bobProject}`);
  expect(settings.body).toMatchObject({ metadata: { items: { 'ssh-keys': 'a' } } });
  expect(project.body).toMatchObject({ commonInstanceMetadata: { items: [{ key: 'ssh-keys', value: 'b' }] } });
  expect(vm.fingerprint).toBe(before);
});

test('an edit with an outdated metadata fingerprint is 412 and changes nothing', async () => {
  const vm = await world.insert({ name: 'outdated' });
  const before = vm.fingerprint;
  const answer = await compute(world, world.bob, `${instancePath('outdated')}/setMetadata`, {
    method: 'POST',
    body: JSON.stringify({ fingerprint: 'AAAAAAAAAAA=', items: [] }),
  });
  expect(answer).toMatchObject({ status: 412, body: { error: { code: 412, errors: [{ reason: 'conditionNotMet' }] } } });
  expect(vm.fingerprint).toBe(before);
  expect(vm.metadata).toEqual({ 'user-data': '#cloud-config\n' });
});

test('permissions are asked one by one: get does not open instanceSettings, disks or the project', async () => {
  await world.insert({ name: 'rights' });
  world.cloud.grant(world.alice, bobProject, ['compute.instances.get']);
  expect((await compute(world, world.alice, instancePath('rights'))).status).toBe(200);
  const settings = await compute(world, world.alice, `projects/${bobProject}/zones/${zone}/instanceSettings`);
  expect(settings).toMatchObject({ status: 403, body: { error: { errors: [{ reason: 'forbidden' }] } } });
  expect((settings.body['error'] as { message: string }).message).toContain("Required 'compute.instanceSettings.get' permission");
  expect((await compute(world, world.alice, `projects/${bobProject}`)).status).toBe(403);
  expect((await compute(world, world.alice, `projects/${bobProject}/zones/${zone}/disks/rights`)).status).toBe(403);
  world.cloud.revokeGrant(world.alice, bobProject);
  expect((await compute(world, world.alice, instancePath('rights'))).status).toBe(403);
});

test('without a token, with an unknown one, and an hour later, the answer is 401', async () => {
  const { compute: base } = world.cloud.endpointsFor(world.bob);
  const url = `${base}/compute/v1/${instancePath('rights')}`;
  const status = async (headers: Record<string, string>): Promise<number> => (await fetch(url, { headers })).status;
  expect(await status({})).toBe(401);
  expect(await status({ authorization: 'Bearer ya29.made-up' })).toBe(401);
  const { accessToken } = world.cloud.core.principals.issueToken(world.bob);
  expect(await status({ authorization: `Bearer ${accessToken}` })).toBe(200);
  world.clock.advanceSeconds(3599);
  expect(await status({ authorization: `Bearer ${accessToken}` })).toBe(401);
});

test.each([
  ['an unknown route', `${instancePath('rights')}/getSomething`, 404],
  ['an unknown API version of a route', `../v3/${instancePath('rights')}`, 404],
  ['an unknown query parameter', `${instancePath('rights')}?view=FULL`, 400],
  ['a zone that is not the name of one', `projects/${bobProject}/zones/moon/instanceSettings`, 404],
])('%s is refused', async (_name, path, status) => {
  expect((await compute(world, world.bob, path)).status).toBe(status);
});

test('a body with a field that the API does not have is 400', async () => {
  await world.insert({ name: 'strict' });
  const answer = await compute(world, world.bob, `${instancePath('strict')}/setMetadata`, {
    method: 'POST',
    body: JSON.stringify({ fingerprint: 'AAAAAAAAAAA=', values: ['x'] }),
  });
  expect(answer.status).toBe(400);
});

test('what changes the machine needs it stopped, as on Compute', async () => {
  const vm = await world.insert({ name: 'stopped-first' });
  await expect(vm.setServiceAccount('other@example.com')).rejects.toMatchObject({ status: 400 });
  await expect(vm.setShieldedConfig({ enableSecureBoot: true })).rejects.toMatchObject({ status: 400 });
  await vm.stop();
  await vm.setServiceAccount('other@example.com');
  await vm.setShieldedConfig({ enableSecureBoot: true });
  const { body } = await compute(world, world.bob, instancePath('stopped-first'));
  expect(body).toMatchObject({
    serviceAccounts: [{ email: 'other@example.com' }],
    shieldedInstanceConfig: { enableSecureBoot: true, enableVtpm: true },
  });
});

test('a disk that comes off shows it for good, also after it is back', async () => {
  const vm = await world.insert({ name: 'tampered' });
  const diskOf = async () => (await compute(world, world.bob, `projects/${bobProject}/zones/${zone}/disks/tampered`)).body;
  const before = await diskOf();
  await vm.stop();
  world.clock.advanceSeconds(60);
  const disk = await vm.detachDisk('persistent-disk-0');
  expect((await diskOf())['users']).toBeUndefined();
  world.clock.advanceSeconds(60);
  await vm.reattachDisk(disk, { boot: true });
  const after = await diskOf();
  expect(before['lastDetachTimestamp']).toBeUndefined();
  expect(Date.parse(String(after['lastDetachTimestamp'])) - Date.parse(String(before['lastAttachTimestamp']))).toBe(60_000);
  expect(Date.parse(String(after['lastAttachTimestamp'])) - Date.parse(String(before['lastAttachTimestamp']))).toBe(120_000);
});

test('a deleted VM is 404, and a new one of the same name has another id', async () => {
  const first = await world.insert({ name: 'again' });
  await first.delete();
  expect((await compute(world, world.bob, instancePath('again'))).status).toBe(404);
  const second = await world.insert({ name: 'again' });
  expect(second.id).not.toBe(first.id);
  expect((await compute(world, world.bob, instancePath(first.id))).status).toBe(404);
});

test('a VM without vTPM has no shielded identity', async () => {
  await world.insert({ name: 'no-vtpm', shielded: { enableVtpm: false } });
  expect((await compute(world, world.bob, `${instancePath('no-vtpm')}/getShieldedInstanceIdentity`)).status).toBe(400);
});

test('a suspended VM can only be resumed, and shows when it was suspended', async () => {
  const vm = await world.insert({ name: 'suspended' });
  await vm.suspend();
  await expect(vm.suspend()).rejects.toMatchObject({ status: 400 });
  await expect(vm.start()).rejects.toMatchObject({ status: 400 });
  const { body } = await compute(world, world.bob, instancePath('suspended'));
  expect(body).toMatchObject({ status: 'SUSPENDED', lastSuspendedTimestamp: expect.stringMatching(/-07:00$/) });
  await vm.resume();
  expect(vm.status).toBe('RUNNING');
});
