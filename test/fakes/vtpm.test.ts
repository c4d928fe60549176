import { createPublicKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Vm } from '../../src/localcloud/index.js';
import { spkiDerOf, decodePublic, decodeAttest } from '../../src/tpm/index.js';
import { commands, ekPublicArea, openAk, quote, readPcrs, Tpm } from '../../src/tpm-device/index.js';
import { bobProject, compute, startWorld, zone, type World } from './support/world.js';

interface Pcr0Row {
  readonly firmware_version: number;
  readonly technology_name: string;
  readonly sha1: string;
  readonly sha256: string;
  readonly sha384: string;
}
const { rows } = JSON.parse(readFileSync(join(__dirname, '../vectors/gce-pcr0.json'), 'utf8')) as { rows: readonly Pcr0Row[] };

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.cloud.stop());

async function withTpm<T>(vm: Vm, use: (tpm: Tpm) => Promise<T>): Promise<T> {
  const tpm = await Tpm.open(vm.tpmLocation);
  try {
    return await use(tpm);
  } finally {
    await tpm.close();
  }
}
const derOf = (pem: string): string => createPublicKey(pem).export({ type: 'spki', format: 'der' }).toString('hex');
const pcr = async (vm: Vm, index: number): Promise<string | undefined> =>
  (await withTpm(vm, (tpm) => readPcrs(tpm, 'sha256', [index]))).get(index)?.toString('hex');

test.each([
  ['none', undefined],
  ['AMD SEV', 'SEV'],
  ['INTEL TDX', 'TDX'],
  ['AMD SEV-SNP', 'SEV_SNP'],
] as const)('PCR 0 of a VM with technology %s is the published value, in every bank', async (name, confidential) => {
  const row = rows.find((each) => each.firmware_version === 2 && each.technology_name === name);
  const vm = await world.insert({
    name: `pcr0-${name.toLowerCase().replace(' ', '-')}`,
    tpm: true,
    ...(confidential === undefined ? {} : { confidential }),
  });
  for (const bank of ['sha1', 'sha256', 'sha384'] as const) {
    const values = await withTpm(vm, (tpm) => readPcrs(tpm, bank, [0]));
    expect(values.get(0)?.toString('hex')).toBe(row?.[bank]);
  }
});

test('Compute tells the keys that the VM’s own TPM has, by id and by name', async () => {
  const vm = await world.insert({ name: 'keys', tpm: true });
  const identity = async (nameOrId: string) =>
    (await compute(world, world.bob, `projects/${bobProject}/zones/${zone}/instances/${nameOrId}/getShieldedInstanceIdentity`))
      .body as Record<string, { ekPub: string }>;
  const told = await identity(vm.id);
  expect(await identity('keys')).toEqual(told);
  const { rsa, ecc, ak } = await withTpm(vm, async (tpm) => {
    const key = await openAk(tpm);
    await key.close();
    return { rsa: await ekPublicArea(tpm, 'rsa'), ecc: await ekPublicArea(tpm, 'ecc'), ak: key.publicArea };
  });
  const spki = (area: Buffer): string => spkiDerOf(decodePublic(area)).toString('hex');
  expect(derOf(told['encryptionKey']?.ekPub ?? '')).toBe(spki(rsa));
  expect(derOf(told['eccP256EncryptionKey']?.ekPub ?? '')).toBe(spki(ecc));
  expect(derOf(told['signingKey']?.ekPub ?? '')).toBe(spki(ak));
  expect(derOf(told['eccP256SigningKey']?.ekPub ?? '')).not.toBe(derOf(told['eccP256EncryptionKey']?.ekPub ?? ''));
});

test('NV memory holds GCE’s templates with GCE’s attributes, and no certificate', async () => {
  const nv = JSON.parse(readFileSync(join(__dirname, '../vectors/nv.json'), 'utf8')) as {
    indices: readonly { index: string; data_b64: string; attributes_hex: string }[];
  };
  const vm = await world.insert({ name: 'nv', tpm: true });
  await withTpm(vm, async (tpm) => {
    for (const index of ['0x01c10001', '0x01c10003']) {
      const expected = nv.indices.find((each) => each.index === index);
      expect((await commands.nvRead(tpm, Number(index))).toString('base64')).toBe(expected?.data_b64);
      expect((await commands.nvReadPublic(tpm, Number(index))).attributes).toBe(Number(`0x${expected?.attributes_hex ?? ''}`));
    }
    await expect(commands.nvReadPublic(tpm, 0x01c00002)).rejects.toMatchObject({ code: 'TPM_COMMAND_FAILED' });
  });
});

test('two VMs have different keys and, from one image, the same PCRs; another image or Secure Boot differ', async () => {
  const image = world.cloud.addImage(bobProject, 'bobs-own-image');
  const [one, two, other, secure] = [
    await world.insert({ name: 'one', tpm: true }),
    await world.insert({ name: 'two', tpm: true }),
    await world.insert({ name: 'other', tpm: true, bootImage: image }),
    await world.insert({ name: 'secure', tpm: true, shielded: { enableSecureBoot: true } }),
  ];
  const ek = (vm: Vm): Promise<string> => withTpm(vm, async (tpm) => (await ekPublicArea(tpm, 'rsa')).toString('hex'));
  expect(await ek(one)).not.toBe(await ek(two));
  for (const index of [4, 7, 8, 9, 14]) expect(await pcr(one, index)).toBe(await pcr(two, index));
  expect(await pcr(other, 8)).not.toBe(await pcr(one, 8));
  expect(await pcr(secure, 7)).not.toBe(await pcr(one, 7));
});

test('a stop and a start keep keys and location, measure the boot anew and count one more reset', async () => {
  const vm = await world.insert({ name: 'reboot', tpm: true });
  const look = () =>
    withTpm(vm, async (tpm) => {
      const ak = await openAk(tpm);
      const { attestation } = await quote(tpm, ak, Buffer.from('nonce'), [{ bank: 'sha256', indices: [0] }]);
      await ak.close();
      return { ak: ak.publicArea.toString('hex'), resetCount: decodeAttest(attestation).resetCount };
    });
  const location = vm.tpmLocation;
  const [before, measured] = [await look(), await pcr(vm, 8)];
  await withTpm(vm, (tpm) => commands.pcrExtend(tpm, 8, new Map([['sha256', Buffer.alloc(32)]])));
  expect(await pcr(vm, 8)).not.toBe(measured);
  await vm.stop();
  await expect(Tpm.open(location)).rejects.toMatchObject({ code: 'TPM_UNAVAILABLE' });
  await vm.start();
  const after = await look();
  expect(vm.tpmLocation).toBe(location);
  expect(await pcr(vm, 8)).toBe(measured);
  expect(after.ak).toBe(before.ak);
  expect(after.resetCount).toBeGreaterThan(before.resetCount);
});

test('a VM can be stopped while its guest holds the TPM', async () => {
  const vm = await world.insert({ name: 'held', tpm: true });
  const tpm = await Tpm.open(vm.tpmLocation);
  await commands.getRandom(tpm, 8);
  await vm.stop();
  await expect(commands.getRandom(tpm, 8)).rejects.toMatchObject({ code: 'TPM_UNAVAILABLE' });
  await tpm.close();
});

test('a deleted VM leaves nothing of its TPM behind', async () => {
  const vm = await world.insert({ name: 'deleted', tpm: true });
  const directory = dirname(vm.tpmLocation.slice('unix:'.length));
  expect(existsSync(directory)).toBe(true);
  await vm.delete();
  expect(existsSync(directory)).toBe(false);
});
