import { generateKeyPairSync, sign } from 'node:crypto';
import { policyPage } from '../../src/appraisal/index.js';
import type { Vm, VmSpec } from '../../src/localcloud/index.js';
import type { ProvisioningRecord } from '../../src/record/index.js';
import { claimsOf, identityToken, type Answer, type Claims } from '../e2e/support/caller.js';
import { Siege } from './support/siege.js';

// One attack for each check of the stages caller, record, channel, machine and history, against the real server over the wire.
// A check that is taken off the policy page makes the test of its name fail.

let siege: Siege;
let vm: Vm;

beforeAll(async () => {
  siege = await Siege.open();
  vm = await siege.approvedVm();
}, 60_000);

afterAll(() => siege.close());

type Attempt = () => Promise<Answer<unknown>>;
/** The check that must refuse, the attack, and how it is made. */
type Row = readonly [check: string, attack: string, attempt: Attempt];

const withClaims = (edit: (claims: Claims) => void): Attempt => {
  return () => siege.ask(vm, () => siege.tokenOf(vm, edit));
};

/** The VM differs from its approval in these fields. */
const unlike = (change: (record: ProvisioningRecord) => Partial<ProvisioningRecord>): Attempt => {
  return async () => siege.whileApprovalSays(vm, change(await siege.record(vm)), () => siege.ask(vm));
};

/** Another VM, made like this, under an approval that Alice gave for the good one. */
const madeLike = (spec: Partial<VmSpec>): Attempt => {
  return async () => {
    const other = await siege.insertVm({ tpm: false, ...spec });
    await siege.approveAs(other, vm);
    return siege.ask(other);
  };
};

async function ownSignature(): Promise<string> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const claims = claimsOf(await identityToken(vm));
  const parts = [{ alg: 'RS256', typ: 'JWT', kid: 'bob' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  return `${parts.join('.')}.${sign('sha256', Buffer.from(parts.join('.')), privateKey).toString('base64url')}`;
}

async function without(permission: string, attempt: Attempt): Promise<Answer<unknown>> {
  const { cloud, stage } = siege.world;
  cloud.revokeGrant(stage.cast.server, vm.project, [permission]);
  try {
    return await attempt();
  } finally {
    cloud.grant(stage.cast.server, vm.project, [permission]);
  }
}

const caller: readonly Row[] = [
  ['token-signature', 'a token that Bob signed himself', () => siege.ask(vm, ownSignature)],
  ['token-is-instance', 'a token of a service account, made by no VM', withClaims((claims) => delete (claims as Partial<Claims>).google)],
  ['token-issuer', 'a token of another issuer', withClaims((claims) => (claims.iss = 'https://issuer.example.com'))],
  ['token-audience', 'a token that the VM made for another service', withClaims((claims) => (claims.aud = 'https://other.example.com'))],
  ['token-age', 'a token kept for two minutes', withClaims((claims) => (claims.iat -= 120))],
  ['email-verified', 'a token of an address that nobody verified', withClaims((claims) => (claims.email_verified = false))],
];

const inAnHour = (): Date => new Date(Date.now() + 3_600_000);

const record: readonly Row[] = [
  [
    'record-exists',
    'a VM that nobody approved',
    async () => {
      const stranger = await siege.insertVm({ tpm: false });
      return siege.ask(stranger);
    },
  ],
  ['record-current', 'an approval that is over', unlike(() => ({ not_after: new Date(Date.now() - 1000) }))],
  ['record-current', 'an approval that has not begun', unlike(() => ({ not_before: inAnHour() }))],
  [
    'release-allowed',
    'a release under an approval that only observes',
    () =>
      siege.whileApprovalSays(vm, { release_policy: 'observe' }, () =>
        siege.as(
          () => identityToken(vm),
          (client) => client.getToken(),
        ),
      ),
  ],
  [
    'service-account-matches',
    'another service account',
    withClaims((claims) => (claims.email = 'other@bob-project.iam.gserviceaccount.com')),
  ],
  ['project-matches', 'another project', withClaims(({ google }) => (google.compute_engine['project_id'] = 'other-project'))],
  ['zone-matches', 'another zone', withClaims(({ google }) => (google.compute_engine['zone'] = 'us-central1-b'))],
  ['instance-matches', 'another name', withClaims(({ google }) => (google.compute_engine['instance_name'] = 'other'))],
  ['created-at-matches', 'another creation time', withClaims(({ google }) => (google.compute_engine['instance_creation_timestamp'] = 1))],
];

const channel: readonly Row[] = [
  ['peer-address', 'a call from another address', unlike(() => ({ peer_address: '203.0.113.9' }))],
  ['peer-certificate-serial', 'a certificate with another serial number', unlike(() => ({ peer_serial_number: '6' }))],
  [
    'peer-certificate-fingerprint',
    'another certificate of the same authority with the same serial number',
    unlike(() => ({ peer_certificate_sha256: ['ab'.repeat(32)] })),
  ],
];

const other = '1234567890123456789';

const machine: readonly Row[] = [
  ['permissions-granted', 'no right to look', () => without('compute.instances.get', () => siege.ask(vm))],
  [
    'instance-exists',
    'a token that outlives its VM',
    async () => {
      const gone = await siege.insertVm({ tpm: false });
      await siege.approveAs(gone, vm);
      const token = await identityToken(gone);
      await gone.delete();
      return siege.ask(gone, () => Promise.resolve(token));
    },
  ],
  [
    'disks-exist',
    'a disk that disappears while it is looked at',
    async () => {
      siege.world.cloud.faults.set('compute', { kind: 'error', status: 404 }, /\/disks\//);
      try {
        return await siege.ask(vm);
      } finally {
        siege.world.cloud.faults.clear();
      }
    },
  ],
  ['instance-running', 'a VM that Compute calls STOPPING', madeLike({ overrides: { status: 'STOPPING' } })],
  [
    'not-stopped-since-review',
    'a stop that the log does not show yet',
    madeLike({ overrides: { lastStopTimestamp: '2099-01-01T00:00:00.000-08:00' } }),
  ],
  ['instance-matches-live', 'a description of a VM with another name', madeLike({ overrides: { name: 'other' } })],
  ['instance-members-known', 'a property that nobody here knows', madeLike({ overrides: { backdoor: { open: true } } })],
  ['init-script-present', 'no startup script', madeLike({ metadata: {} })],
  ['init-script-hash', 'one more line in the startup script', madeLike({ metadata: { 'user-data': '#cloud-config\nruncmd: [id]\n' } })],
  ['instance-fingerprint', 'an edit of the VM', unlike(() => ({ image_fingerprint: 'AAAAAAAAAAA=' }))],
  [
    'metadata-instance',
    'user-data-encoding, which turns the approved script into noise',
    async () => {
      const like = await siege.insertVm({ tpm: false, metadata: { ...vm.metadata, 'user-data-encoding': 'base64' } });
      await siege.approveAs(like, vm);
      return siege.ask(like);
    },
  ],
  [
    'metadata-instance',
    'a container declaration, which the container agent of the image obeys',
    async () => {
      const like = await siege.insertVm({ tpm: false, metadata: { ...vm.metadata, 'gce-container-declaration': 'spec: {}' } });
      await siege.approveAs(like, vm);
      return siege.ask(like);
    },
  ],
  [
    'metadata-effective',
    'a switch that is on for the guest, and nothing of the VM says so',
    madeLike({ overrides: { resourceStatus: { effectiveInstanceMetadata: { enableOsInventoryMetadataValue: true } } } }),
  ],
  ['boot-image', 'another boot image', unlike(() => ({ boot_image_id: other }))],
  ['boot-disk-created-by-insert', 'a disk that Bob prepared in another VM', unlike(() => ({ boot_disk_id: other }))],
  ['boot-disk-untouched', 'a second writer on the boot disk', madeLike({ bootDiskOverrides: { accessMode: 'READ_WRITE_MANY' } })],
  ['boot-disk-untouched', 'a replica of the boot disk', madeLike({ bootDiskOverrides: { asyncPrimaryDisk: { disk: 'x' } } })],
  ['boot-disk-untouched', 'a boot disk out of a snapshot', madeLike({ bootDiskOverrides: { sourceSnapshot: 'x', sourceSnapshotId: '1' } })],
  [
    'boot-disk-untouched',
    'a boot disk that was once taken off',
    madeLike({ bootDiskOverrides: { lastDetachTimestamp: '2026-01-01T00:00:00.000-07:00' } }),
  ],
  ['only-approved-disks', 'a disk with a payload', madeLike({ disks: [{ name: `payload-${Date.now()}` }] })],
  [
    'service-account-live',
    'another service account than the token says',
    madeLike({ overrides: { serviceAccounts: [{ email: 'other@bob-project.iam.gserviceaccount.com', scopes: [] }] } }),
  ],
  ['shielded-config', 'Secure Boot off', madeLike({ shielded: { enableSecureBoot: false } })],
  ['confidentiality', 'memory in clear where Alice approved encrypted memory', unlike(() => ({ confidential_type: 'SEV_SNP' }))],
  [
    'network-shape',
    'another subnetwork',
    unlike(({ network }) => ({ network: { interfaces: network.interfaces.map((nic) => ({ ...nic, subnetwork: 'other' })) } })),
  ],
  ['machine-features', 'boot from the network', madeLike({ overrides: { advancedMachineFeatures: { enableUefiNetworking: true } } })],
  [
    'machine-features',
    'a VM out of a machine image',
    madeLike({ overrides: { sourceMachineImage: 'projects/bob-project/global/machineImages/m' } }),
  ],
];

const history: readonly Row[] = [
  ['history-readable', 'no right to read the log', () => without('logging.logEntries.list', () => siege.ask(vm))],
  [
    'history-complete',
    'an approval that nobody anchored at the creation of the VM',
    unlike(({ approved_history: shown }) => ({
      approved_history: shown.map((entry) => ({ ...entry, method: 'v1.compute.instances.get' })),
    })),
  ],
  [
    'no-unapproved-change',
    'a change that the review did not show',
    unlike(() => ({ approved_history: [{ log_name: 'x', timestamp: 'x', insert_id: 'x', method: 'v1.compute.instances.insert' }] })),
  ],
];

// Last: what is above the VM stays in the history of every VM of the project.
const shared: readonly Row[] = [
  [
    'metadata-zone',
    'a startup script in the metadata of the zone',
    async () => {
      await vm.setZoneMetadata({ 'startup-script': 'id' });
      const answer = await siege.ask(vm);
      await vm.setZoneMetadata({ 'startup-script': null });
      return answer;
    },
  ],
  [
    'metadata-project',
    'SSH keys in the metadata of the project',
    async () => {
      await vm.setProjectMetadata({ 'ssh-keys': 'bob:ssh-rsa AAAA' });
      return siege.ask(vm);
    },
  ],
];

const rows = [...caller, ...record, ...channel, ...machine, ...history, ...shared];

it('before any attack, the server opens a session', async () => {
  await expect(siege.ask(vm)).resolves.toHaveProperty('value');
});

it.each(rows)('%s stops %s', async (check, _attack, attempt) => {
  expect(await siege.refusedBy(attempt)).toContain(check);
});

it('every check of these stages is attacked', () => {
  const checks = policyPage.filter(({ name }) => name !== 'tpm').flatMap((stage) => stage.checks.map(({ id }) => id));
  // The wait is asked before the VM is looked at (SETTLING, no cloud call): no call reaches history-settled too early.
  expect(checks.filter((id) => !rows.some(([check]) => check === id))).toEqual(['history-settled']);
});
