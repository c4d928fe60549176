import type { InstanceFacts } from '../../src/facts/index.js';
import type { ReviewFinding } from '../../src/provisioner/finding.js';
import { hardenedScript } from './support/article.js';
import { ArticleRun } from './support/article-run.js';
import { auditEntry, factsOf, goodVm } from './support/article-vms.js';
import type { VmFacts } from './support/memory-cloud.js';

const good = factsOf(goodVm);
const withInstance = (overrides: Partial<InstanceFacts>): VmFacts => ({ ...good, instance: { ...good.instance, ...overrides } });
const withMetadata = (more: Record<string, string | undefined>): VmFacts =>
  withInstance({ metadata: new Map([...good.instance.metadata, ...Object.entries(more)]) });
const withScript = (script: string): VmFacts => withInstance({ metadata: new Map([['user-data', script]]) });
const withDisk = (overrides: Partial<VmFacts['bootDisk']>): VmFacts => ({ ...good, bootDisk: { ...good.bootDisk, ...overrides } });
const withFeature = (feature: Partial<InstanceFacts['features']>): VmFacts =>
  withInstance({ features: { ...good.instance.features, ...feature } });
const replaced = (from: string, to: string): VmFacts => withScript(hardenedScript.replace(from, to));
const run = '/usr/bin/docker run --rm';

async function findingsOf(facts: VmFacts, flags: readonly string[] = []): Promise<readonly ReviewFinding[]> {
  const article = new ArticleRun(facts);
  try {
    const { results } = await article.approve({ flags: ['--dryRun', '--json', ...flags] });
    return (results[0]?.['findings'] ?? []) as readonly ReviewFinding[];
  } finally {
    article.end();
  }
}

/** What a row expects of the one finding that the change causes. */
type Row = readonly [name: string, facts: VmFacts, id: string, grade: 'FAIL' | 'WARN', waivable: boolean];

const rows: readonly Row[] = [
  [
    'a boot image of another project',
    withDisk({ sourceImage: 'https://www.googleapis.com/compute/v1/projects/x/global/images/cos-stable' }),
    'boot-image-trusted',
    'FAIL',
    true,
  ],
  [
    'an image whose project only begins like cos-cloud',
    withDisk({ sourceImage: 'projects/cos-cloud-x/global/images/cos-stable-1' }),
    'boot-image-trusted',
    'FAIL',
    true,
  ],
  ['a disk made from no image', withDisk({ sourceImage: undefined, sourceImageId: undefined }), 'boot-image-trusted', 'FAIL', false],
  ['an image name given to another image', withDisk({ sourceImageId: '5' }), 'boot-image-same', 'FAIL', true],
  ['an image that is gone', { ...good, image: { kind: 'absent' } }, 'boot-image-readable', 'WARN', true],
  ['a disk that was detached', withDisk({ lastDetachSeconds: 1_624_363_100 }), 'boot-disk-untouched', 'FAIL', false],
  ['a disk from a snapshot', withDisk({ sourceSnapshot: 's' }), 'boot-disk-untouched', 'FAIL', false],
  ['a disk older than the VM', withDisk({ createdAtSeconds: 1_624_000_000 }), 'boot-disk-created-by-insert', 'FAIL', false],
  [
    'a local SSD',
    withInstance({
      disks: [
        ...good.instance.disks,
        { boot: false, source: undefined, deviceName: 'ssd', type: 'SCRATCH', mode: 'READ_WRITE', hasOwnSecureBootKeys: false },
      ],
    }),
    'only-approved-disks',
    'FAIL',
    false,
  ],
  [
    'own Secure Boot keys',
    withInstance({ disks: good.instance.disks.map((disk) => ({ ...disk, hasOwnSecureBootKeys: true })) }),
    'shielded-config',
    'FAIL',
    false,
  ],
  [
    'no Secure Boot',
    withInstance({ shielded: { enableSecureBoot: false, enableVtpm: true, enableIntegrityMonitoring: true } }),
    'shielded',
    'FAIL',
    true,
  ],
  [
    'no vTPM',
    withInstance({ shielded: { enableSecureBoot: true, enableVtpm: false, enableIntegrityMonitoring: true } }),
    'shielded',
    'FAIL',
    false,
  ],
  [
    'no integrity monitoring',
    withInstance({ shielded: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: false } }),
    'shielded',
    'WARN',
    true,
  ],
  ['no Shielded VM options at all', withInstance({ shielded: undefined }), 'shielded-config', 'FAIL', false],
  ['a Confidential VM of a kind not known here', withInstance({ confidentialType: 'UNKNOWN' }), 'confidentiality', 'FAIL', false],
  ['a stopped VM', withInstance({ status: 'TERMINATED' }), 'instance-running', 'FAIL', false],
  [
    'two service accounts',
    withInstance({ serviceAccounts: [...good.instance.serviceAccounts, { email: 'x@y', scopes: [] }] }),
    'service-account-live',
    'FAIL',
    false,
  ],
  ['no service account', withInstance({ serviceAccounts: [] }), 'service-account-live', 'FAIL', false],
  [
    'the default service account',
    withInstance({ serviceAccounts: [{ email: '1-compute@developer.gserviceaccount.com', scopes: [] }] }),
    'service-account',
    'WARN',
    true,
  ],
  ['network boot', withFeature({ enableUefiNetworking: true }), 'features', 'FAIL', true],
  ['nested virtualization', withFeature({ enableNestedVirtualization: true }), 'features', 'WARN', true],
  ['a display', withFeature({ displayDevice: true }), 'features', 'WARN', true],
  ['a machine image', withFeature({ sourceMachineImage: 'm' }), 'machine-features', 'FAIL', false],
  ['a member that nobody knows', withInstance({ unknownMembers: ['newThing'] }), 'instance-members-known', 'FAIL', true],
  [
    'alias ranges',
    withInstance({ networkInterfaces: good.instance.networkInterfaces.map((nic) => ({ ...nic, aliasIpRangeCount: 1 })) }),
    'network-shape',
    'FAIL',
    false,
  ],
  [
    'IPv6',
    withInstance({ networkInterfaces: good.instance.networkInterfaces.map((nic) => ({ ...nic, stackType: 'IPV4_IPV6' })) }),
    'network',
    'WARN',
    true,
  ],
  ['text behind a long gap', replaced('\nruncmd:', `\n#${' '.repeat(60)}# and this\nruncmd:`), 'script-blanks', 'FAIL', true],
  ['a script that nobody reads to its end', withScript(`${hardenedScript}${'# nothing\n'.repeat(300)}`), 'long-script', 'WARN', true],
  ['a long value beside the script', withMetadata({ team: 'b'.repeat(2001) }), 'long-metadata', 'WARN', true],
  [
    'a flood of calls',
    factsOf(
      goodVm,
      Array.from({ length: 100 }, (_, i) =>
        auditEntry(goodVm, { timestamp: '2021-06-22T12:10:00Z', insertId: `flood${i}`, methodName: 'v1.compute.instances.stop' }),
      ),
    ),
    'long-history',
    'WARN',
    true,
  ],
  ['no startup script', withInstance({ metadata: new Map() }), 'init-script-present', 'FAIL', false],
  ['a startup-script beside it', withMetadata({ 'startup-script': 'id' }), 'metadata-keys', 'FAIL', true],
  ['a shutdown-script-url', withMetadata({ 'shutdown-script-url': 'gs://x' }), 'metadata-keys', 'FAIL', true],
  ['user-data-encoding', withMetadata({ 'user-data-encoding': 'base64' }), 'metadata-keys', 'FAIL', true],
  ['ssh-keys', withMetadata({ 'ssh-keys': 'bob:ssh-rsa' }), 'metadata-keys', 'FAIL', true],
  ['sshKeys', withMetadata({ sshKeys: 'bob:ssh-rsa' }), 'metadata-keys', 'FAIL', true],
  ['a container declaration', withMetadata({ 'gce-container-declaration': 'spec' }), 'metadata-keys', 'FAIL', true],
  ['a serial port', withMetadata({ 'serial-port-enable': 'TRUE' }), 'metadata-keys', 'FAIL', true],
  ['OS Login', withMetadata({ 'enable-oslogin': 'TRUE' }), 'metadata-keys', 'FAIL', true],
  ['a key without a value', withMetadata({ 'serial-port-enable': undefined }), 'metadata-instance', 'FAIL', false],
  ['a key that nobody knows', withMetadata({ team: 'blue' }), 'metadata-known', 'WARN', true],
  ['an acting key on the project', { ...good, projectMetadata: new Map([['startup-script', 'id']]) }, 'metadata-project', 'FAIL', false],
  ['an acting key on the zone', { ...good, zoneMetadata: new Map([['ssh-keys', 'x']]) }, 'metadata-zone', 'FAIL', false],
  ['an endorsement key that is none', { ...good, identity: { ...good.identity, ekPublicPem: 'nonsense' } }, 'tpm-identity', 'FAIL', false],
  [
    'an RSA key in the place of the ECC endorsement key',
    { ...good, identity: { ...good.identity, ecc: good.identity } },
    'tpm-identity-ecc',
    'FAIL',
    true,
  ],
  ['a history without the insert', { ...good, entries: [] }, 'history-complete', 'FAIL', false],
  ['a history that was cut off', { ...good, historyComplete: false }, 'history-complete', 'FAIL', false],
  [
    'a stop',
    factsOf(goodVm, [auditEntry(goodVm, { timestamp: '2021-06-22T12:10:00Z', methodName: 'v1.compute.instances.stop' })]),
    'no-unapproved-change',
    'FAIL',
    true,
  ],
  [
    'a serial console',
    factsOf(goodVm, [
      auditEntry(goodVm, {
        timestamp: '2021-06-22T12:10:00Z',
        serviceName: 'ssh-serialport.googleapis.com',
        methodName: 'google.ssh-serialport.v1.connect',
      }),
    ]),
    'no-unapproved-change',
    'FAIL',
    true,
  ],
  [
    'an insert entry of another VM',
    { ...good, entries: good.entries.map((entry) => ({ ...entry, resourceLabels: { instance_id: '1' } })) },
    'history-complete',
    'FAIL',
    false,
  ],
  [
    'a failed metadata edit',
    factsOf(goodVm, [
      auditEntry(goodVm, { timestamp: '2021-06-22T12:10:00Z', methodName: 'v1.compute.instances.setMetadata', statusCode: 7 }),
    ]),
    'failed-calls',
    'WARN',
    true,
  ],
  ['a startup script that the rules refuse', replaced(run, `${run} --privileged`), 'script-docker-flags', 'FAIL', true],
];

describe('the review of a VM with', () => {
  it.each(rows)('%s', async (_name, facts, id, grade, waivable) => {
    const found = (await findingsOf(facts)).filter((finding) => finding.id === id && finding.grade !== 'OK');
    expect(found).toContainEqual(expect.objectContaining({ id, grade, waivable }));
    for (const finding of found) expect(finding.remedy).toMatch(/\w/);
  });

  it.each(rows)('the good VM shows nothing of: %s', async (_name, _facts, id, grade) => {
    const found = await findingsOf(good);
    expect(found.filter((finding) => finding.id === id && finding.grade === grade)).toEqual([]);
  });

  it('no FAIL at all when it is the good one, made hardened and pinned', async () => {
    const hardened = withMetadata({
      'block-project-ssh-keys': 'TRUE',
      'serial-port-enable': 'FALSE',
      'serial-port-logging-enable': 'FALSE',
      'enable-oslogin': 'FALSE',
      'enable-osconfig': 'FALSE',
    });
    const found = await findingsOf({ ...hardened, instance: { ...hardened.instance, confidentialType: 'SEV' } });
    expect(found.filter(({ grade }) => grade !== 'OK').map(({ id }) => id)).toEqual(['secrets-clear', 'container-image']);
  });

  it('an image of Alice, named by her', async () => {
    const own = withDisk({ sourceImage: 'projects/x/global/images/own' });
    expect(await findingsOf(own, ['--trustedBootImage', 'projects/x/global/images/own'])).not.toContainEqual(
      expect.objectContaining({ id: 'boot-image-trusted', grade: 'FAIL' }),
    );
    expect(await findingsOf(own, ['--trustedBootImage', 'projects/x/global/images/other'])).toContainEqual(
      expect.objectContaining({ id: 'boot-image-trusted', grade: 'FAIL' }),
    );
  });

  it('containers other than those that Alice names', async () => {
    const image = `gcr.io/tc-4f4f5a70/tokenclient@sha256:eea4812c723e6d39d4261504508c0903c1c0958fc6ec25a9cad906c57ea610a9`;
    expect(await findingsOf(good)).toContainEqual(
      expect.objectContaining({ id: 'container-image', grade: 'WARN', what: expect.stringContaining(image) as string }),
    );
    const named = (await findingsOf(good, ['--trustedImage', image])).map(({ id }) => id);
    expect(named).not.toContain('script-image-trusted');
    expect(named).not.toContain('container-image');
    expect(await findingsOf(good, ['--trustedImage', image.replace('eea', 'fff')])).toContainEqual(
      expect.objectContaining({
        id: 'script-image-trusted',
        grade: 'FAIL',
        what: expect.stringContaining(`${image}, which no --trustedImage names; named are ${image.replace('eea', 'fff')}`) as string,
      }),
    );
  });

  it.each([
    [['--peerAddress', 'any'], 'peer-address'],
    [['--peerSerialNumber', 'any'], 'peer-serial'],
    [[], 'peer-serial'],
    [['--releasePolicy', 'identity'], 'release-policy'],
    [['--releasePolicy', 'observe'], 'release-policy'],
    [['--maxReleases', 'unlimited'], 'max-releases'],
  ])('what the approval leaves open: %j', async (flags, id) => {
    const article = new ArticleRun(good);
    const { results } = await article.approve({ without: [flags[0] ?? '', '--peerSerialNumber=5'], flags: ['--dryRun', ...flags] });
    article.end();
    expect(results[0]?.['findings']).toContainEqual(expect.objectContaining({ id, grade: 'WARN' }));
  });

  it('metadata of the project that was edited before the VM was made: the live metadata is judged, the edit is not', async () => {
    const edit = auditEntry(goodVm, {
      timestamp: '2021-06-22T11:30:00Z',
      methodName: 'v1.compute.projects.setCommonInstanceMetadata',
      resourceType: 'gce_project',
      resourceLabels: { project_id: 'tc-4f4f5a70' },
    });
    expect((await findingsOf(factsOf(goodVm, [edit]))).filter(({ grade }) => grade === 'FAIL')).toEqual([]);
    const later = { ...edit, timestamp: '2021-06-22T12:30:00Z' };
    expect(await findingsOf(factsOf(goodVm, [later]))).toContainEqual(
      expect.objectContaining({ id: 'no-unapproved-change', grade: 'FAIL' }),
    );
  });
});
