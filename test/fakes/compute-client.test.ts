import { DisksClient, ImagesClient, InstancesClient, ProjectsClient, ZoneOperationsClient } from '@google-cloud/compute';
import { OAuth2Client } from 'google-auth-library';
import type { Principal } from '../../src/localcloud/index.js';
import { bobProject, startWorld, zone, type World } from './support/world.js';

/** Google's own clients, unmodified, with somebody's access token. */
function clientOptions(world: World, who: Principal) {
  const { hostname, port } = new URL(world.cloud.endpointsFor(world.bob).compute);
  // The library would load its own fetch by a dynamic import, which jest does not know.
  const authClient = new OAuth2Client({ transporterOptions: { fetchImplementation: fetch } });
  const { accessToken } = world.cloud.core.principals.issueToken(who);
  // Google's client looks at the real clock to decide whether to refresh.
  authClient.setCredentials({ access_token: accessToken, expiry_date: Date.now() + 3_000_000 });
  return { protocol: 'http', apiEndpoint: hostname, port: Number(port), authClient, projectId: who.email.split('@')[0] ?? '' };
}

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.cloud.stop());

const where = { project: bobProject, zone };

test('instances.get answers Google’s client by name and by id, with the id as text', async () => {
  const vm = await world.insert({ name: 'read' });
  const client = new InstancesClient(clientOptions(world, world.bob));
  const [byName] = await client.get({ ...where, instance: 'read' });
  const [byId] = await client.get({ ...where, instance: vm.id });
  expect(byName.id).toBe(vm.id);
  expect(vm.id).toMatch(/^\d{19}$/);
  expect(byId).toEqual(byName);
  expect(byName.status).toBe('RUNNING');
  expect(byName.metadata?.items).toMatchObject([{ key: 'user-data', value: '#cloud-config\n' }]);
  expect(byName.disks?.[0]?.diskSizeGb).toBe('10');
});

test('a missing instance is HTTP 404 and a missing permission HTTP 403 in Google’s words', async () => {
  const missing = new InstancesClient(clientOptions(world, world.bob)).get({ ...where, instance: 'nobody' });
  await expect(missing).rejects.toMatchObject({
    code: 404,
    message: expect.stringContaining(`projects/${bobProject}/zones/${zone}/instances/nobody`),
  });
  const forbidden = new InstancesClient(clientOptions(world, world.alice)).get({ ...where, instance: 'read' });
  await expect(forbidden).rejects.toMatchObject({
    code: 403,
    message: expect.stringContaining("Required 'compute.instances.get' permission"),
  });
});

test('Bob edits metadata with Google’s client: the operation ends DONE, the fingerprints and the values change', async () => {
  const vm = await world.insert({ name: 'edit' });
  const instances = new InstancesClient(clientOptions(world, world.bob));
  const operations = new ZoneOperationsClient(clientOptions(world, world.bob));
  const [before] = await instances.get({ ...where, instance: 'edit' });
  const metadataResource = { fingerprint: before.metadata?.fingerprint ?? '', items: [{ key: 'startup-script', value: 'id' }] };
  const [started] = await instances.setMetadata({ ...where, instance: 'edit', metadataResource });
  const [ended] = await operations.wait({ ...where, operation: started.name ?? '' });
  expect(ended).toMatchObject({ status: 'DONE', operationType: 'setMetadata', targetId: vm.id });
  const [after] = await instances.get({ ...where, instance: 'edit' });
  expect(after.metadata?.items).toMatchObject([{ key: 'startup-script', value: 'id' }]);
  expect(after.fingerprint).not.toBe(before.fingerprint);
  expect(after.metadata?.fingerprint).not.toBe(before.metadata?.fingerprint);
});

test('stop and start through Google’s client go through the states of a real VM', async () => {
  await world.insert({ name: 'power' });
  const instances = new InstancesClient(clientOptions(world, world.bob));
  const operations = new ZoneOperationsClient(clientOptions(world, world.bob));
  const [stopped] = await instances.stop({ ...where, instance: 'power' });
  await operations.wait({ ...where, operation: stopped.name ?? '' });
  expect((await instances.get({ ...where, instance: 'power' }))[0].status).toBe('TERMINATED');
  const [started] = await instances.start({ ...where, instance: 'power' });
  await operations.wait({ ...where, operation: started.name ?? '' });
  const [after] = await instances.get({ ...where, instance: 'power' });
  expect(after.status).toBe('RUNNING');
  expect(after.lastStopTimestamp).toMatch(/^2026-03-01T05:00:00\.000-07:00$/);
});

test('a VM that Google’s client inserts is like one that the world made', async () => {
  const instances = new InstancesClient(clientOptions(world, world.bob));
  const operations = new ZoneOperationsClient(clientOptions(world, world.bob));
  const instanceResource = {
    name: 'made-by-client',
    machineType: `zones/${zone}/machineTypes/e2-small`,
    disks: [
      { boot: true, autoDelete: true, initializeParams: { sourceImage: 'projects/cos-cloud/global/images/cos-stable-117-18613-164-4' } },
    ],
    networkInterfaces: [{ network: 'global/networks/default' }],
    metadata: { items: [{ key: 'user-data', value: 'x' }] },
    shieldedInstanceConfig: { enableVtpm: false },
  };
  const [started] = await instances.insert({ ...where, instanceResource });
  await operations.wait({ ...where, operation: started.name ?? '' });
  const [made] = await instances.get({ ...where, instance: 'made-by-client' });
  expect(made).toMatchObject({ status: 'RUNNING', machineType: expect.stringMatching(/\/e2-small$/) });
  expect(made.serviceAccounts).toEqual([]);
});

test('disks.get and images.get tell where the boot disk came from; public images need no right', async () => {
  await world.insert({ name: 'disk-owner' });
  const [disk] = await new DisksClient(clientOptions(world, world.bob)).get({ ...where, disk: 'disk-owner' });
  const [image] = await new ImagesClient(clientOptions(world, world.alice)).get({
    project: 'cos-cloud',
    image: disk.sourceImage?.split('/').at(-1) ?? '',
  });
  expect(disk.sourceImageId).toBe(image.id);
  expect(disk.users?.[0]).toMatch(/\/instances\/disk-owner$/);
  expect(disk.lastAttachTimestamp).toBe(disk.creationTimestamp);
  expect(disk.lastDetachTimestamp ?? '').toBe('');
});

test('projects.get shows common metadata to those who may see it', async () => {
  const vm = await world.insert({ name: 'project-reader' });
  await vm.setProjectMetadata({ 'enable-oslogin': 'TRUE' });
  const [project] = await new ProjectsClient(clientOptions(world, world.bob)).get({ project: bobProject });
  expect(project.commonInstanceMetadata?.items).toMatchObject([{ key: 'enable-oslogin', value: 'TRUE' }]);
  await vm.setProjectMetadata({});
});
