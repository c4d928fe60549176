import { join } from 'node:path';
import { createKeyset, kmsBox, tinkBox } from '../../src/keyset/index.js';
import { secretAssociatedData } from '../../src/record/index.js';
import { articleNow, ArticleRun, pcr0, secretCanary } from './support/article-run.js';
import { articleProject, auditEntry, factsOf, fakeImageVm, goodVm } from './support/article-vms.js';
import { hardenedScriptHash } from './support/article.js';
import { jsonKeyset } from './support/json-keyset.js';

let runs: ArticleRun[] = [];
const start = (facts = factsOf(goodVm)): ArticleRun => {
  const run = new ArticleRun(facts);
  runs.push(run);
  return run;
};
afterEach(() => {
  for (const run of runs) run.end();
  runs = [];
});

describe('an approval', () => {
  it('writes every reference value from the VM and the flags, and reads it back', async () => {
    const run = start();
    const outcome = await run.approve({ answers: ['y'] });
    expect(outcome.exitCode).toBe(0);
    expect(run.cloud.stored.get(goodVm.id)).toMatchObject({
      schema_version: 1,
      instanceid: goodVm.id,
      instance_name: 'tokenclient',
      client_project: articleProject,
      project_number: '634665912513',
      client_zone: 'us-central1-a',
      service_account_name: `tokenclient@${articleProject}.iam.gserviceaccount.com`,
      init_script_hash: hardenedScriptHash,
      approved_metadata: { 'user-data': hardenedScriptHash },
      image_fingerprint: goodVm.fingerprint,
      instance_created_at: goodVm.created,
      boot_image_id: goodVm.imageId,
      boot_disk_id: '1234567890123456789',
      approved_disk_ids: ['1234567890123456789'],
      network: { interfaces: [{ network_ip: '10.128.0.2', nat_ips: ['34.121.225.36'], stack_type: 'IPV4_ONLY' }] },
      shielded: { enable_secure_boot: true, enable_vtpm: true, enable_integrity_monitoring: true },
      confidential_type: 'NONE',
      ek_encryption_key: expect.stringContaining('BEGIN PUBLIC KEY'),
      ak_signing_key: expect.stringContaining('BEGIN PUBLIC KEY'),
      peer_address: '34.121.225.36',
      peer_serial_number: '5',
      peer_certificate_sha256: ['ab'.repeat(32)],
      release_policy: 'attested',
      pcr: 0,
      pcr_value: pcr0,
      pcr_policy: { sha256: { '0': [pcr0] } },
      approved_by: 'alice',
      approved_at: articleNow,
      max_releases: 3,
      done: false,
      history_checked_until: articleNow.toISOString(),
      approved_history: [{ method: 'beta.compute.instances.insert' }, { method: 'beta.compute.instances.insert' }],
      waived_findings: [],
    });
    expect(run.cloud.closed).toBe(true);
  });

  it.each([
    ['', 'declined'],
    ['n', 'declined'],
    ['yes please', 'declined'],
    ['yy', 'declined'],
  ])('is declined by the answer %j and writes nothing', async (answer, why) => {
    const run = start();
    const outcome = await run.approve({ answers: [answer] });
    expect(outcome.exitCode).toBe(1);
    expect(outcome.complaints.join()).toContain(why);
    expect(run.cloud.stored.size).toBe(0);
  });

  it.each([['y'], ['Y'], ['yes'], [' y ']])('is accepted by %j', async (answer) => {
    const run = start();
    expect((await run.approve({ answers: [answer] })).exitCode).toBe(0);
    expect(run.cloud.stored.size).toBe(1);
  });

  it('writes nothing at the end of input', async () => {
    const run = start();
    expect((await run.approve({ answers: [] })).exitCode).toBe(1);
    expect(run.cloud.stored.size).toBe(0);
  });

  it('asks how many releases where the flag is absent; no usable answer writes nothing', async () => {
    const run = start();
    const outcome = await run.approve({ without: ['--maxReleases'], answers: ['y', 'many', '0', 'a few'] });
    expect(outcome.exitCode).toBe(1);
    expect(run.cloud.stored.size).toBe(0);
    expect((await run.approve({ without: ['--maxReleases'], answers: ['y', '7'] })).exitCode).toBe(0);
    expect(run.cloud.stored.get(goodVm.id)?.max_releases).toBe(7);
    await run.approve({ without: ['--maxReleases'], answers: ['y', 'unlimited'] });
    expect(run.cloud.stored.get(goodVm.id)?.max_releases).toBe('unlimited');
  });

  it('refuses without a terminal, before anything is read, unless --yes is said', async () => {
    const run = start();
    const refused = await run.approve({ interactive: false });
    expect(refused).toMatchObject({ exitCode: 2, shown: '', complaints: [expect.stringContaining('--yes')] });
    expect((await run.approve({ interactive: false, flags: ['--yes'] })).exitCode).toBe(0);
    expect(run.cloud.stored.size).toBe(1);
  });

  it('says loudly that --autoAccept looks at nothing', async () => {
    const outcome = await start().approve({ flags: ['--autoAccept'] });
    expect(outcome.exitCode).toBe(0);
    expect(outcome.complaints.join()).toContain('NOBODY LOOKS');
  });

  it('shows and writes nothing with --dryRun; the exit code is what a review would be', async () => {
    const good = start();
    expect(await good.approve({ flags: ['--dryRun'], interactive: false })).toMatchObject({ exitCode: 0, questions: [] });
    const bad = start(factsOf(fakeImageVm));
    expect(await bad.approve({ flags: ['--dryRun'], interactive: false })).toMatchObject({ exitCode: 3, questions: [] });
    expect(good.cloud.stored.size + bad.cloud.stored.size).toBe(0);
  });

  it('names the approval that it would replace', async () => {
    const run = start();
    await run.approve({ answers: ['y'] });
    const again = await run.approve({ answers: ['n'] });
    expect(again.complaints[0]).toContain('this VM has an approval already (by alice at 2021-06-22T13:00:00.000Z)');
  });

  it('gives every approval a digest of its own, since releases are counted by it', async () => {
    const run = start();
    await run.approve({ answers: ['y'] });
    const first = run.cloud.stored.get(goodVm.id)?.approval_digest;
    await run.approve({ answers: ['y'], now: new Date(articleNow.getTime() + 1000) });
    expect(run.cloud.stored.get(goodVm.id)?.approval_digest).not.toBe(first);
  });
});

describe('a FAIL', () => {
  it.each([['y'], ['yes'], ['5701091505452377595'], ['']])('is not accepted by %j', async (answer) => {
    const run = start(factsOf(fakeImageVm));
    expect((await run.approve({ answers: [answer] })).exitCode).toBe(1);
    expect(run.cloud.stored.size).toBe(0);
  });

  it('is accepted by the typed instance id, and the record names it', async () => {
    const run = start(factsOf(fakeImageVm));
    expect((await run.approve({ answers: [fakeImageVm.id] })).exitCode).toBe(0);
    expect(run.cloud.stored.get(fakeImageVm.id)?.waived_findings).toEqual(['boot-image-trusted']);
  });

  it.each([['--yes'], ['--autoAccept']])('is never accepted by %s', async (flag) => {
    const run = start(factsOf(fakeImageVm));
    expect((await run.approve({ flags: [flag] })).exitCode).toBe(3);
    expect(run.cloud.stored.size).toBe(0);
  });

  it('about a call other than a metadata edit can be accepted, and then the record holds the call', async () => {
    const call = auditEntry(goodVm, { timestamp: '2021-06-22T12:10:00Z', methodName: 'v1.compute.instances.setLabels' });
    const run = start(factsOf(goodVm, [call]));
    expect((await run.approve({ answers: ['y'] })).exitCode).toBe(1);
    expect((await run.approve({ answers: [goodVm.id] })).exitCode).toBe(0);
    const { approved_history, waived_findings } = run.cloud.stored.get(goodVm.id)!;
    expect(approved_history.map(({ method }) => method)).toContain('v1.compute.instances.setLabels');
    expect(waived_findings).toEqual(['no-unapproved-change']);
  });

  it.each([
    ['v1.compute.instances.setMetadata', undefined],
    ['beta.compute.instances.setMetadata', undefined],
    ['alpha.compute.instances.update', undefined],
    ['v1.compute.instances.somethingNew', { 'Metadata Keys Modified': ['ssh-keys'] }],
  ])('about %s can never be accepted', async (methodName, request) => {
    const run = start(factsOf(goodVm, [auditEntry(goodVm, { timestamp: '2021-06-22T12:10:00Z', methodName, request })]));
    expect(await run.approve({ answers: [goodVm.id] })).toMatchObject({ exitCode: 3, questions: [] });
    expect(run.cloud.stored.size).toBe(0);
  });
});

describe('between the review and the answer', () => {
  const changes: readonly (readonly [string, (run: ArticleRun) => void, string])[] = [
    [
      'a disk is detached',
      (run) => void (run.cloud.facts = { ...run.cloud.facts, bootDisk: { ...run.cloud.facts.bootDisk, lastDetachSeconds: 7 } }),
      'bootDisk',
    ],
    [
      'project metadata appears',
      (run) => void (run.cloud.facts = { ...run.cloud.facts, projectMetadata: new Map([['a', 'b']]) }),
      'project metadata',
    ],
    [
      'a key without a value appears',
      (run) => void (run.cloud.facts = { ...run.cloud.facts, zoneMetadata: new Map([['a', undefined]]) }),
      'zone metadata',
    ],
    [
      'the fingerprint changes',
      (run) => void (run.cloud.facts = { ...run.cloud.facts, instance: { ...run.cloud.facts.instance, fingerprint: 'x' } }),
      'instance',
    ],
    [
      'an audit entry arrives',
      (run) => void (run.cloud.facts = factsOf(goodVm, [auditEntry(goodVm, { timestamp: '2021-06-22T12:59:00Z' })])),
      'audit history',
    ],
    [
      'the endorsement key changes',
      (run) => void (run.cloud.facts = { ...run.cloud.facts, identity: { ...run.cloud.facts.identity, ekPublicPem: 'x' } }),
      'identity',
    ],
    [
      'the ECC endorsement key changes',
      (run) => {
        const { identity } = run.cloud.facts;
        run.cloud.facts = { ...run.cloud.facts, identity: { ...identity, ecc: { ...identity, ekPublicPem: 'x' } } };
      },
      'identity',
    ],
  ];
  it.each(changes)('%s: nothing is written and the part is named', async (_name, change, part) => {
    const run = start();
    const answer = async (): Promise<string> => {
      change(run);
      return 'y';
    };
    const outcome = await run.approve({ answers: [answer] });
    expect(outcome.exitCode).toBe(5);
    expect(outcome.complaints.join()).toContain(`(${part})`);
    expect(run.cloud.stored.size).toBe(0);
  });

  it('a store that keeps something else is found out', async () => {
    const run = start();
    run.cloud.keep = (record) => ({ ...record, max_releases: 99 });
    const outcome = await run.approve({ answers: ['y'] });
    expect(outcome.exitCode).toBe(70);
    expect(outcome.complaints.join()).toContain('what was read back is not the same');
  });
});

describe('secrets', () => {
  it('are shown by name, kind and size, never by value', async () => {
    const run = start();
    const outcome = await run.approve({ answers: ['y'], flags: ['--json'] });
    expect(outcome.shown).toContain(`secret1: RAW, ${secretCanary.length} bytes`);
    const everything = JSON.stringify(outcome);
    expect(everything).not.toContain(secretCanary);
    expect(everything).not.toContain(Buffer.from(secretCanary).toString('base64'));
  });

  it('are stored under a keyset and tied to the record, its place and their name', async () => {
    const run = start();
    const keyset = await createKeyset();
    const outcome = await run.approve({
      answers: ['y'],
      without: ['--acceptClearSecrets'],
      flags: ['--secretsKeyset', run.file('keyset', keyset)],
    });
    expect(outcome.exitCode).toBe(0);
    const record = run.cloud.stored.get(goodVm.id)!;
    const [stored] = record.secrets;
    expect(record.secrets_encryption.scheme).toBe('tink');
    expect(Buffer.from(stored!.Data).includes(secretCanary)).toBe(false);
    const box = await tinkBox(keyset);
    const path = `foo/${goodVm.id}`;
    const opened = await box.open(stored!.Data, secretAssociatedData(record, path, 'secret1'));
    expect(opened.toString()).toBe(secretCanary);
    for (const other of [
      secretAssociatedData({ ...record, max_releases: 4 }, path, 'secret1'),
      secretAssociatedData({ ...record, release_policy: 'identity' }, path, 'secret1'),
      secretAssociatedData(record, 'bar/1', 'secret1'),
      secretAssociatedData(record, path, 'secret2'),
    ]) {
      await expect(box.open(stored!.Data, other)).rejects.toMatchObject({ code: 'CRYPTO_FAILED' });
    }
  });

  it('are stored under a Cloud KMS key that the record names, tied to the record', async () => {
    const run = start();
    const key = 'projects/p/locations/global/keyRings/r/cryptoKeys/k';
    const outcome = await run.approve({ answers: ['y'], without: ['--acceptClearSecrets'], flags: ['--secretsKmsKey', key] });
    expect(outcome.exitCode).toBe(0);
    const record = run.cloud.stored.get(goodVm.id)!;
    expect(record.secrets_encryption).toEqual({ scheme: 'kms', key });
    const [stored] = record.secrets;
    expect(Buffer.from(stored!.Data).includes(secretCanary)).toBe(false);
    const box = kmsBox({
      wrap: (plain, data) => run.cloud.kms.wrap(key, plain, data),
      unwrap: (sealed, data) => run.cloud.kms.unwrap(key, sealed, data),
    });
    const path = `foo/${goodVm.id}`;
    expect((await box.open(stored!.Data, secretAssociatedData(record, path, 'secret1'))).toString()).toBe(secretCanary);
    await expect(box.open(stored!.Data, secretAssociatedData({ ...record, max_releases: 4 }, path, 'secret1'))).rejects.toThrow();
  });

  it('that are TINK keysets in JSON are stored as the binary keysets that a client reads', async () => {
    const run = start();
    run.file('secrets.json', JSON.stringify([{ name: 'k', type: 'TINK', data: Buffer.from(jsonKeyset).toString('base64') }]));
    expect((await run.approve({ answers: ['y'] })).exitCode).toBe(0);
    const data = Buffer.from(run.cloud.stored.get(goodVm.id)!.secrets[0]!.Data);
    expect(data[0]).toBe(0x08);
    expect(data.includes('type.googleapis.com/google.crypto.tink.AesGcmKey')).toBe(true);
    expect(data.includes('{')).toBe(false);
  });

  it('in clear text are a FAIL unless --acceptClearSecrets was said, and then a WARN', async () => {
    const run = start();
    const silent = await run.approve({ answers: ['y'], without: ['--acceptClearSecrets'] });
    expect(silent.exitCode).toBe(1);
    expect(silent.shown).toContain('FAIL secrets-clear');
    expect((await run.approve({ answers: ['y'] })).shown).toContain('WARN secrets-clear');
  });

  it('that are wrong stop before the cloud is asked, each named', async () => {
    const run = start();
    run.file('secrets.json', JSON.stringify([{ name: 'a', type: 'TINK', data: 'AAAA' }, { name: 'b', type: 'TPM', data: 'AAAA' }, { name: 'c', type: 'RAW', data: '?' }])); // prettier-ignore
    const outcome = await run.approve({ answers: ['y'] });
    expect(outcome).toMatchObject({ exitCode: 2, shown: '', questions: [] });
    expect(outcome.complaints).toEqual([
      expect.stringMatching(/^secret 1 \("a"\): the keyset/),
      expect.stringMatching(/^secret 2 \("b"\): importBlob/),
      expect.stringMatching(/^secret 3 \("c"\): data is not base64/),
    ]);
  });

  it("take the article's sample ImportBlob, and refuse one whose PCR values are not those of its policy", async () => {
    const run = start();
    const { import_blob_b64: sample } = jest.requireActual<{ import_blob_b64: string }>('../vectors/importblob-sample.json');
    run.file('secrets.json', JSON.stringify([{ name: 'secret1', type: 'TPM', data: sample }]));
    expect((await run.approve({ answers: ['n'] })).exitCode).toBe(1);
    const changed = Buffer.from(sample, 'base64');
    changed[changed.length - 1]! ^= 1;
    run.file('secrets.json', JSON.stringify([{ name: 'secret1', type: 'TPM', data: changed.toString('base64') }]));
    const outcome = await run.approve({ answers: ['n'] });
    expect(outcome.exitCode).toBe(2);
    expect(outcome.complaints.join()).toContain('no TPM opens it');
  });

  it.each([['--secretsFile'], ['--secretsKeyset']])('%s that cannot be read is one clear line', async (flag) => {
    const run = start();
    const outcome = await run.approve({ without: [flag, '--acceptClearSecrets'], flags: [flag, join(run.directory, 'nothing')] });
    expect(outcome.exitCode).toBe(2);
    expect(outcome.complaints.at(-1)).toContain(`${flag}: cannot read`);
  });
});

describe('what Google does not give', () => {
  it.each([
    'compute.instances.get',
    'compute.disks.get',
    'compute.projects.get',
    'compute.instanceSettings.get',
    'compute.instances.getShieldedInstanceIdentity',
    'logging.logEntries.list',
  ])('a missing %s is named, with whom to ask, and nothing is written', async (permission) => {
    const run = start();
    run.cloud.missing.add(permission);
    const outcome = await run.approve({ answers: ['y'] });
    expect(outcome.exitCode).toBe(4);
    expect(outcome.complaints.join()).toContain(`ask Bob for a role with ${permission}`);
    expect(run.cloud.stored.size).toBe(0);
    expect(run.cloud.closed).toBe(true);
  });

  it('a VM that is not there ends with exit code 6', async () => {
    const run = start();
    const outcome = await run.approve({ without: ['--clientVMId'], flags: ['--clientVMId', '1'] });
    expect(outcome.exitCode).toBe(6);
    expect(outcome.complaints.join()).toContain('there is no VM "1" in project tc-4f4f5a70, zone us-central1-a');
  });

  it('a VM can be named instead of numbered; the record holds its id', async () => {
    const run = start();
    expect((await run.approve({ answers: ['y'], without: ['--clientVMId'], flags: ['--clientVMId', 'tokenclient'] })).exitCode).toBe(0);
    expect([...run.cloud.stored.keys()]).toEqual([goodVm.id]);
  });

  it('a project number that cannot be read can be given, and a wrong one is refused', async () => {
    const run = start({ ...factsOf(goodVm), projectNumber: '' });
    expect((await run.approve({ answers: ['y'] })).complaints.join()).toContain('--clientProjectNumber');
    expect((await run.approve({ answers: ['y'], flags: ['--clientProjectNumber', '42'] })).exitCode).toBe(0);
    expect(run.cloud.stored.get(goodVm.id)?.project_number).toBe('42');
    expect((await start().approve({ answers: ['y'], flags: ['--clientProjectNumber', '42'] })).exitCode).toBe(2);
  });

  it.each([['NODE_TLS_REJECT_UNAUTHORIZED'], ['FIRESTORE_EMULATOR_HOST'], ['NODE_OPTIONS']])(
    '%s in the environment is refused',
    async (name) => {
      const outcome = await start().approve({ answers: ['y'], env: { [name]: '1' } });
      expect(outcome).toMatchObject({ exitCode: 2, shown: '', complaints: [expect.stringContaining(name)] });
    },
  );
});
