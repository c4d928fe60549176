import type { Cloud, CloudOptions } from '../../src/gcp/index.js';
import { deadlineMs, startFarSide, valueOf, zone, type FarSide } from './support/far-side.js';
import type { Vm } from '../../src/localcloud/index.js';

let far: FarSide;
/** The same, through Google's Compute client. */
let throughClient: Cloud;
let vm: Vm;
beforeAll(async () => {
  far = await startFarSide();
  throughClient = far.open({ computeClient: true });
  vm = await far.insertVm();
});
afterEach(() => far.world.faults.clear());
afterAll(() => far.stop());

const read = (name = 'tokenclient', cloud = far.cloud) => cloud.compute.instance('bob', zone, name);

describe('reads of Compute', () => {
  it('find a VM by name and by number, with all that policy needs', async () => {
    const byName = valueOf(await read());
    expect([byName.id, byName.name, byName.zone, byName.status]).toEqual([vm.id, 'tokenclient', zone, 'RUNNING']);
    expect(byName.metadata.get('user-data')).toBe('#cloud-config\n');
    expect(valueOf(await read(vm.id)).fingerprint).toBe(byName.fingerprint);
  });

  it('ask each time, and decode anew what changed since', async () => {
    const changing = await far.insertVm('changing');
    const asked = far.world.calls('compute');
    const before = valueOf(await read('changing'));
    expect(valueOf(await read('changing'))).toBe(before);
    await changing.addMetadata({ 'ssh-keys': 'bob:key' });
    expect(valueOf(await read('changing')).metadata.get('ssh-keys')).toBe('bob:key');
    expect(before.metadata.has('ssh-keys')).toBe(false);
    expect(far.world.calls('compute') - asked).toBe(3);
  });

  it('show no member that this code does not know', async () => {
    expect(valueOf(await read()).unknownMembers).toEqual([]);
  });

  it('find the boot disk and its image', async () => {
    const [disk] = valueOf(await read()).disks;
    const facts = valueOf(await far.cloud.compute.disk('bob', zone, disk?.source?.split('/').at(-1) ?? ''));
    const image = valueOf(await far.cloud.compute.image('cos-cloud', facts.sourceImage?.split('/').at(-1) ?? ''));
    expect(facts.sourceImageId).toBe(image.id);
  });

  it('find metadata of the project and of the zone', async () => {
    await vm.setProjectMetadata({ 'ssh-keys': 'bob:key' });
    await vm.setZoneMetadata({ 'startup-script': 'id' });
    expect([...valueOf(await far.cloud.compute.projectMetadata('bob'))]).toEqual([['ssh-keys', 'bob:key']]);
    expect([...valueOf(await far.cloud.compute.zoneMetadata('bob', zone))]).toEqual([['startup-script', 'id']]);
  });

  it('find the number of a project', async () => {
    expect(valueOf(await far.cloud.compute.projectNumber('bob'))).toBe('248928956783');
  });

  it('find the keys of the vTPM by the number of the VM, and tell which is which', async () => {
    const { id } = await far.insertVm('with-tpm', true);
    const { accessToken } = far.world.core.principals.issueToken(far.alice);
    const { compute } = far.world.endpointsFor(far.alice);
    const url = `${compute}/compute/v1/projects/bob/zones/${zone}/instances/with-tpm/getShieldedInstanceIdentity`;
    const raw = (await (await fetch(url, { headers: { authorization: `Bearer ${accessToken}` } })).json()) as Record<
      string,
      { ekPub: string }
    >;
    const identity = valueOf(await far.cloud.compute.shieldedIdentity('bob', zone, id));
    expect([identity.ekPublicPem, identity.akPublicPem]).toEqual([raw['encryptionKey']?.ekPub, raw['signingKey']?.ekPub]);
    expect([identity.ecc?.ekPublicPem, identity.ecc?.akPublicPem]).toEqual([
      raw['eccP256EncryptionKey']?.ekPub,
      raw['eccP256SigningKey']?.ekPub,
    ]);
    const all = [identity.ekPublicPem, identity.akPublicPem, identity.ecc?.ekPublicPem, identity.ecc?.akPublicPem];
    expect(new Set(all).size).toBe(4);
    for (const pem of all) expect(pem).toContain('BEGIN PUBLIC KEY');
  });

  it('answer absent for what is not there', async () => {
    expect(await read('nobody')).toEqual({ kind: 'absent' });
    for (const { compute } of [far.cloud, throughClient])
      expect(await compute.shieldedIdentity('bob', zone, '1')).toEqual({ kind: 'absent' });
  });

  it('never send a name that would be another path', async () => {
    for (const name of ['..', 'a/b', 'a?b', '']) await expect(read(name)).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});

const calls: readonly (readonly [string, string, (cloud: Cloud) => Promise<unknown>, Partial<CloudOptions>])[] = [
  ['instance', 'compute.instances.get', (cloud) => read('tokenclient', cloud), {}],
  ['disk', 'compute.disks.get', (cloud) => cloud.compute.disk('bob', zone, 'tokenclient'), {}],
  ['project', 'compute.projects.get', (cloud) => cloud.compute.projectMetadata('bob'), {}],
  ['zone', 'compute.instanceSettings.get', (cloud) => cloud.compute.zoneMetadata('bob', zone), {}],
  ['shielded identity', 'compute.instances.getShieldedInstanceIdentity', (cloud) => cloud.compute.shieldedIdentity('bob', zone, vm.id), {}],
  [
    "shielded identity, through Google's client",
    'compute.instances.getShieldedInstanceIdentity',
    (cloud) => cloud.compute.shieldedIdentity('bob', zone, vm.id),
    { computeClient: true },
  ],
];

describe.each(calls)('a call that fails: %s', (_name, permission, ask, options) => {
  const call = () => ask(options.computeClient === true ? throughClient : far.cloud);

  it.each([429, 500, 503])('undecided at HTTP %d', async (status) => {
    far.world.faults.set('compute', { kind: 'error', status });
    await expect(call()).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
  });

  it('is forbidden, naming the permission', async () => {
    far.world.faults.set('compute', { kind: 'forbidden' });
    expect(await call()).toEqual({ kind: 'forbidden', permission });
  });

  it('undecided when the answer breaks off', async () => {
    far.world.faults.set('compute', { kind: 'truncate' });
    await expect(call()).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
  });

  it('undecided when its values are of other types', async () => {
    far.world.faults.set('compute', { kind: 'wrong-type' });
    await expect(call()).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
  });

  it('undecided, and in time, when there is no answer', async () => {
    far.world.faults.set('compute', { kind: 'hang' });
    await expect(ask(far.open({ ...options, deadlineMs }))).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
  });
});

describe('rights', () => {
  it('that Bob took back are named as Google names them', async () => {
    const stranger = await far.world.addPrincipal('stranger@example.com', 'alice');
    const endpoints = { ...far.world.endpointsFor(stranger) };
    expect(await read('tokenclient', far.open({ endpoints }))).toEqual({ kind: 'forbidden', permission: 'compute.instances.get' });
  });
});

describe('cancelling', () => {
  it('ends a call at once', async () => {
    far.world.faults.set('compute', { kind: 'hang' });
    const controller = new AbortController();
    const call = far.cloud.compute.instance('bob', zone, 'tokenclient', controller.signal);
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(far.cloud.compute.instance('bob', zone, 'tokenclient', controller.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
