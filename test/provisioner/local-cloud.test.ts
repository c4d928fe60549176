import { generateKeyPairSync, verify } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCloud, readEndpoints } from '../../src/gcp/index.js';
import { Secret, silentLog } from '../../src/base/index.js';
import { joinIndirect } from '../../src/client/indirect.js';
import { unwrapSecrets } from '../../src/client/unwrap.js';
import { decodeImportBlob, decodeSignature } from '../../src/tpm/index.js';
import { importSigningKey, readPcrs, signWith, Tpm, unsealImportBlob } from '../../src/tpm-device/index.js';
import type { CloudTarget } from '../../src/provisioner/program.js';
import type { ReleasedSecret } from '../../src/wire/index.js';
import { provision, type Outcome, type RunOptions } from './support/harness.js';
import { alicePermissions, approvalFlags, bobProject, openedFor, startWorld, vmFlags, type World } from './support/world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const open = ({ firestoreProject, collection, endpoints }: CloudTarget): ReturnType<typeof openCloud> =>
  openCloud({
    ...(firestoreProject === undefined ? {} : { projectId: firestoreProject }),
    collection: collection ?? 'unused',
    endpoints: readEndpoints(endpoints ?? join(world.directory, 'endpoints.json')),
    log: silentLog,
  });
const run = (args: readonly string[], options: RunOptions = {}): Promise<Outcome> => provision(args, open, options);

test("a VM on the local cloud is reviewed, approved, and its record is in Firestore as Alice's server reads it", async () => {
  const vm = await world.insert({ name: 'good' });
  const outcome = await run(approvalFlags(world, vm), { answers: ['y'] });
  expect(outcome.complaints).toEqual([expect.stringContaining('approved'), expect.stringContaining('digest')]);
  expect(outcome.shown).toContain(' 0 FAIL');
  const cloud = openedFor(world);
  const stored = await cloud.records.load(vm.id);
  await cloud.close();
  expect(stored).toMatchObject({
    kind: 'found',
    value: {
      record: {
        instanceid: vm.id,
        image_fingerprint: vm.fingerprint,
        project_number: '634665912513',
        service_account_name: vm.serviceAccount,
      },
    },
  });
});

test('a VM that asked and that nobody approved is told by pending, until somebody does', async () => {
  const vm = await world.insert({ name: 'waiting' });
  const cloud = openedFor(world);
  const caller = { instanceId: vm.id, project: bobProject, zone: vm.zone, instanceName: vm.name, serviceAccount: vm.serviceAccount ?? '' };
  const soon = new Date(Date.now() + 60_000);
  await cloud.pending.notePending({ caller: { ...caller, peerAddress: '203.0.113.9' }, at: new Date(), calls: 3, expiresAt: soon });
  await cloud.close();
  const pending = ['pending', '--fireStoreProjectId', 'ts-project', '--endpoints', join(world.directory, 'endpoints.json')];
  expect((await run(pending)).shown).toMatch(new RegExp(`^${vm.id} \\(waiting\\) in project ${bobProject}`));
  const approved = await run(approvalFlags(world, vm), { answers: ['y'] });
  expect(approved.complaints.join()).toContain('approved: foo/');
  expect((await run(pending)).complaints).toContain('asked, and have a record since: 1');
});

test('metadata that Bob edited before the review is seen and never accepted, through any method', async () => {
  const byName = await world.insert({ name: 'edited' });
  await byName.addMetadata({ 'startup-script': 'id' });
  await byName.setMetadata(world.hardened);
  const update = await world.insert({ name: 'updated' });
  await update.updateMetadata({ ...world.hardened, x: 'y' });
  await update.updateMetadata(world.hardened);
  for (const vm of [byName, update]) {
    const outcome = await run(approvalFlags(world, vm), { answers: [vm.id] });
    expect(outcome).toMatchObject({ exitCode: 3, questions: [] });
    expect(outcome.shown).toMatch(/FAIL no-unapproved-change/);
  }
});

test('metadata that Bob edits while Alice reads stops the approval', async () => {
  const vm = await world.insert({ name: 'raced' });
  const answer = async (): Promise<string> => {
    await vm.addMetadata({ 'startup-script': 'id' });
    return 'y';
  };
  const outcome = await run(approvalFlags(world, vm), { answers: [answer] });
  expect(outcome.exitCode).toBe(5);
  expect(outcome.complaints.join()).toContain('instance metadata');
  const cloud = openedFor(world);
  await expect(cloud.records.load(vm.id)).resolves.toEqual({ kind: 'absent' });
  await cloud.close();
});

test.each(alicePermissions.filter((name) => name !== 'logging.views.access'))(
  'without %s Alice is told what to ask Bob for',
  async (permission) => {
    const vm = await world.insert({ name: `lacks-${permission.replaceAll('.', '-').toLowerCase()}` });
    world.cloud.revokeGrant(world.alice, bobProject, [permission]);
    try {
      const outcome = await run(approvalFlags(world, vm), { answers: ['y'] });
      expect(outcome.exitCode).toBe(4);
      expect(outcome.complaints.join()).toContain(`ask Bob for a role with ${permission} on project ${bobProject}`);
    } finally {
      world.cloud.grant(world.alice, bobProject, [permission]);
    }
  },
);

test('an API that fails half way leaves nothing written, and one clear line', async () => {
  const vm = await world.insert({ name: 'faulty' });
  world.cloud.faults.set('logging', { kind: 'error', status: 503 });
  const outcome = await run(approvalFlags(world, vm), { answers: ['y'] });
  world.cloud.faults.clear();
  expect(outcome).toMatchObject({ exitCode: 4, questions: [], complaints: [expect.stringContaining('entries.list')] });
});

describe('sealing', () => {
  it('gives a blob that the TPM of that VM opens, in the state of its PCRs, and no other TPM', async () => {
    const [vm, other] = [await world.insert({ name: 'sealed' }), await world.insert({ name: 'other' })];
    const tpm = await Tpm.open(vm.tpmLocation);
    const otherTpm = await Tpm.open(other.tpmLocation);
    try {
      const pcr0 = (await readPcrs(tpm, 'sha256', [0])).get(0)!.toString('hex');
      const outcome = await run(['seal', ...vmFlags(world, vm), '--pcrValues', `0=${pcr0}`], {
        input: 'data of Alice',
        interactive: false,
      });
      expect(outcome).toMatchObject({ exitCode: 0, complaints: [] });
      const blob = decodeImportBlob(Buffer.from(outcome.printed.trim(), 'base64'));
      expect((await unsealImportBlob(tpm, blob)).toString()).toBe('data of Alice');
      await expect(unsealImportBlob(otherTpm, blob)).rejects.toThrow();
    } finally {
      await tpm.close();
      await otherTpm.close();
    }
  });

  it('--ekAlgorithm ecc: the client on that VM opens it with the ECC endorsement key, and no other VM does', async () => {
    const [vm, other] = [await world.insert({ name: 'ecc' }), await world.insert({ name: 'other-ecc' })];
    const tpm = await Tpm.open(vm.tpmLocation);
    const pcr0 = (await readPcrs(tpm, 'sha256', [0])).get(0)!.toString('hex');
    await tpm.close();
    const seal = ['seal', ...vmFlags(world, vm), '--ekAlgorithm', 'ecc', '--pcrValues', `0=${pcr0}`];
    const outcome = await run(seal, { input: 'data of Alice', interactive: false });
    expect(outcome).toMatchObject({ exitCode: 0, complaints: [] });
    const data = Buffer.from(outcome.printed.trim(), 'base64');
    // TPMS_ECC_POINT of P-256: two sized coordinates; an RSA seed has 256 bytes.
    expect(decodeImportBlob(data).encryptedSeed.length).toBeLessThanOrEqual(68);
    const received = (): ReleasedSecret[] => [{ name: 'key1', type: 'TPM', data: new Secret(Buffer.from(data)) }];
    const [opened] = await unwrapSecrets(received(), { tpmLocation: vm.tpmLocation, unsealPcr: 0 });
    expect(opened!.value.expose().toString()).toBe('data of Alice');
    const elsewhere = unwrapSecrets(received(), { tpmLocation: other.tpmLocation, unsealPcr: 0 });
    await expect(elsewhere).rejects.toThrow('it is sealed to another TPM');
  });

  it('as the article types it warns that arguments are visible, prints only the blob, and writes no record', async () => {
    const vm = await world.insert({ name: 'typed' });
    const outcome = await run([...vmFlags(world, vm), '--encryptToTPM=datasealedtotpm']);
    expect(outcome.exitCode).toBe(0);
    expect(outcome.printed).toMatch(/^[A-Za-z0-9+/]+=*\n$/);
    expect(outcome.complaints).toEqual([
      expect.stringContaining('other users of this machine can see'),
      expect.stringContaining('no --pcrValues'),
    ]);
    expect(outcome.shown).toBe('');
    const tpm = await Tpm.open(vm.tpmLocation);
    const opened = await unsealImportBlob(tpm, decodeImportBlob(Buffer.from(outcome.printed.trim(), 'base64')));
    await tpm.close();
    expect(opened.toString()).toBe('datasealedtotpm');
  });

  it('reads the bytes of --file as they are; a VM without vTPM, and a file that is not there, end with a clear line', async () => {
    const vm = await world.insert({ name: 'from-file' });
    const file = join(world.directory, 'bytes');
    writeFileSync(file, Buffer.from([0, 10, 255]));
    const outcome = await run(['seal', ...vmFlags(world, vm), '--file', file]);
    const tpm = await Tpm.open(vm.tpmLocation);
    const opened = await unsealImportBlob(tpm, decodeImportBlob(Buffer.from(outcome.printed.trim(), 'base64')));
    await tpm.close();
    expect(opened).toEqual(Buffer.from([0, 10, 255]));
    expect(await run(['seal', ...vmFlags(world, vm), '--file', `${file}-none`])).toMatchObject({ exitCode: 2, printed: '' });
    const bare = await world.insert({ name: 'bare', shielded: { enableVtpm: false } });
    const refused = await run(['seal', ...vmFlags(world, bare), '--file', file]);
    expect(refused).toMatchObject({ exitCode: 6, printed: '' });
    expect(refused.complaints.join()).toContain('has no vTPM');
  });

  it('--indirect gives a ciphertext of any size and its sealed key, which the TokenClient joins to the secret', async () => {
    const vm = await world.insert({ name: 'indirect' });
    const tpm = await Tpm.open(vm.tpmLocation);
    const data = Buffer.alloc(5000, 'x');
    try {
      for (const [name, parts] of [
        ['model', ['model_ciphertext', 'model_key']],
        ['s1', ['s1_ciphertext', 'k1_ciphertext']],
      ] as const) {
        const outcome = await run(['seal', ...vmFlags(world, vm), '--indirect', '--name', name], { input: data.toString() });
        const entries = JSON.parse(outcome.printed) as { name: string; type: 'RAW' | 'TPM'; data: string }[];
        expect(entries.map((entry) => [entry.name, entry.type])).toEqual([[parts[0], 'RAW'], [parts[1], 'TPM']]); // prettier-ignore
        const [ciphertext, key] = entries.map((entry) => Buffer.from(entry.data, 'base64'));
        expect(ciphertext).toHaveLength(12 + data.length + 16);
        const opened = [
          { name: parts[0], type: 'RAW' as const, value: new Secret(ciphertext!), aead: undefined },
          { name: parts[1], type: 'TPM' as const, value: new Secret(await unsealImportBlob(tpm, decodeImportBlob(key!))), aead: undefined },
        ];
        const joined = joinIndirect(opened);
        expect(joined.map((secret) => [secret.name, secret.value.expose().equals(data)])).toEqual([[name, true]]);
      }
    } finally {
      await tpm.close();
    }
  });

  it('--signingKey makes a key that the TPM of that VM signs with', async () => {
    const vm = await world.insert({ name: 'signing' });
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const file = join(world.directory, 'key.pem');
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const secretsFile = join(world.directory, 'made.json');
    const outcome = await run(['seal', ...vmFlags(world, vm), '--signingKey', file, '--name', 'signer', '--secretsFile', secretsFile]);
    expect(outcome).toMatchObject({ exitCode: 0, printed: '' });
    const [entry] = JSON.parse(readFileSync(secretsFile, 'utf8')) as { name: string; type: string; data: string }[];
    expect(entry).toMatchObject({ name: 'signer', type: 'TPM' });
    const blob = decodeImportBlob(Buffer.from(entry!.data, 'base64'));
    const tpm = await Tpm.open(vm.tpmLocation);
    try {
      const signature = decodeSignature(await signWith(tpm, await importSigningKey(tpm, blob), Buffer.from('data')));
      const bytes = signature.alg === 'rsassa' ? signature.signature : Buffer.alloc(0);
      expect(verify('sha256', Buffer.from('data'), publicKey, bytes)).toBe(true);
    } finally {
      await tpm.close();
    }
    expect(await run(['seal', ...vmFlags(world, vm), '--signingKey', secretsFile])).toMatchObject({ exitCode: 2, printed: '' });
  });

  it('refuses nothing, and more than a TPM seals', async () => {
    const vm = await world.insert({ name: 'sizes' });
    expect((await run(['seal', ...vmFlags(world, vm)], { input: '' })).complaints.join()).toContain('nothing to seal');
    expect((await run(['seal', ...vmFlags(world, vm)], { input: 'x'.repeat(129) })).complaints.join()).toContain('at most 128 bytes');
    expect((await run(['seal', ...vmFlags(world, vm)], { input: 'x'.repeat(128) })).exitCode).toBe(0);
  });
});

describe('service-account-key --serviceAccount', () => {
  const account = 'worker-1@ts-project.iam.gserviceaccount.com';
  const made = (): readonly string[] => world.cloud.stores.accountKeys.of(account);
  const file = (): string => join(world.directory, 'with-key.json');
  const create = (...flags: string[]): Promise<Outcome> => createFor(account, ...flags);
  const createFor = (name: string, ...flags: string[]): Promise<Outcome> =>
    run([
      'service-account-key',
      '--serviceAccount',
      name,
      '--name',
      'sa',
      '--endpoints',
      join(world.directory, 'endpoints.json'),
      ...flags,
    ]);
  beforeAll(() => world.cloud.addPrincipal(account, 'ts-project'));

  it('makes a key at Google and puts it into the secrets file; it is on no screen, and the person learns how to delete it', async () => {
    const outcome = await create('--secretsFile', file());
    const [keyId = ''] = made();
    expect(outcome).toMatchObject({ exitCode: 0, printed: '', shown: '' });
    const [entry] = JSON.parse(readFileSync(file(), 'utf8')) as { name: string; type: string; data: string }[];
    expect(entry).toMatchObject({ name: 'sa', type: 'RAW' });
    const key = Buffer.from(entry!.data, 'base64').toString();
    expect(JSON.parse(key)).toMatchObject({ private_key_id: keyId, client_email: account });
    const deleteCommand = `gcloud iam service-accounts keys delete ${keyId} --iam-account ${account}`;
    expect(outcome.complaints).toContain(`it holds until you delete it: ${deleteCommand}`);
    expect(outcome.results).toEqual([expect.objectContaining({ account, keyId, deleteCommand })]);
    const seen = JSON.stringify(outcome);
    for (const part of ['PRIVATE KEY', entry!.data.slice(100, 140), key.slice(300, 340)]) expect(seen).not.toContain(part);
  }, 30_000);

  it('makes none where the name is taken, the file cannot be read, or there is no file', async () => {
    const before = made().length;
    writeFileSync(file(), JSON.stringify([{ name: 'sa', type: 'RAW', data: 'AA==' }]));
    expect(await create('--secretsFile', file())).toMatchObject({ exitCode: 2 });
    expect(await create('--secretsFile', world.directory)).toMatchObject({ exitCode: 2 });
    expect(await create()).toMatchObject({ exitCode: 2, complaints: [expect.stringContaining('--secretsFile is missing')] });
    expect(await create('--secretsFile', file(), '--file', file())).toMatchObject({ exitCode: 2 });
    expect(made()).toHaveLength(before);
  });

  it('names the permission that is missing, and an account that is not there', async () => {
    const alone = join(world.directory, 'alone.json');
    const bobs = await createFor(`worker-1@${bobProject}.iam.gserviceaccount.com`, '--secretsFile', alone);
    expect(bobs.exitCode).toBe(4);
    expect(bobs.complaints.join()).toContain('your account needs iam.serviceAccountKeys.create');
    const nobody = await createFor('nobody@ts-project.iam.gserviceaccount.com', '--secretsFile', alone);
    expect(nobody).toMatchObject({ exitCode: 6, complaints: [expect.stringContaining('there is no service account')] });
  });
});
