import { readFileSync } from 'node:fs';
import path from 'node:path';
import type {
  CallerArrival,
  HistoryArrival,
  HistoryEvidence,
  MachineArrival,
  MachineEvidence,
  RecordArrival,
  ServerPolicy,
  TpmArrival,
  TpmEvidence,
} from '../../src/appraisal/index.js';
import type { AuditEntry, DiskFacts, InstanceClaims, InstanceFacts, TokenClaims } from '../../src/facts/index.js';
import { found } from '../../src/facts/index.js';
import { parseRecord, type ProvisioningRecord } from '../../src/record/index.js';

// Evidence of one VM that is exactly as Alice approved it. Every test takes it and changes one thing.
// The TPM's part was recorded from swtpm by tpm2-tools (test/vectors/PROVENANCE.md).

const read = <T>(file: string): T => JSON.parse(readFileSync(path.join(__dirname, '..', 'vectors', file), 'utf8')) as T;

export interface QuoteVector {
  readonly name: string;
  readonly ak: string;
  readonly ak_tpmt_public_b64: string;
  readonly nonce_b64: string;
  readonly attest_b64: string;
  readonly signature_tpmt_b64: string;
  readonly raw_signature_b64: string;
  readonly pcr_values: readonly { readonly bank: string; readonly pcr: number; readonly value_hex: string }[];
}

const keys = read<{ readonly keys: Readonly<Record<string, { readonly tpmt_public_b64: string; readonly pem: string }>> }>(
  'keys.json',
).keys;
const quotes = read<{ readonly cases: readonly QuoteVector[] }>('quotes.json').cases;

export const b64 = (text: string): Buffer => Buffer.from(text, 'base64');
export const keyVector = (name: string): { readonly tpmt_public_b64: string; readonly pem: string } => keys[name]!;
export const quoteVector = (name: string): QuoteVector => quotes.find((quote) => quote.name === name)!;

/** PCRs 0, 4 and 7 of the SHA-256 bank, RSASSA, reset count 2, restart count 0. */
export const goodQuote = quoteVector('pcr047_rsassa');

export const userData = '#cloud-config\nruncmd: [true]\n';
/** `printf '#cloud-config\nruncmd: [true]\n' | openssl dgst -sha256 -binary | base64`, and the same for `TRUE`. */
const userDataHash = 'NTV2s7NqRyAMMt3b01BfdK+JKdAJde9Vja1uSSv1X9U=';
const trueHash = '3+iAkMXtesLzJXHw/IIv2k2M0oH8cTjHzW22Vvbi0IE=';

const instanceId = '8939838129032687278';
const diskId = '2345678901';
const email = 'tokenclient@tc-4f4f5a70.iam.gserviceaccount.com';
const createdAt = '2021-06-22T04:57:59.255-07:00';
/** `date -u -d 2021-06-22T04:57:59-07:00 +%s` */
export const createdAtSeconds = 1624363079;
/** 12:10:00Z; the approval is from 12:05:00Z, the session was opened at 12:06:40Z. */
export const nowSeconds = 1624363800;
const openedAtSeconds = 1624363600;
const insertLog = 'projects/tc-4f4f5a70/logs/cloudaudit.googleapis.com%2Factivity';
export const systemLog = 'projects/tc-4f4f5a70/logs/cloudaudit.googleapis.com%2Fsystem_event';
const emptyDigest = `${'A'.repeat(43)}=`;

const recordDocument = {
  description: 'tokenclient',
  done: false,
  instanceid: instanceId,
  client_project: 'tc-4f4f5a70',
  client_zone: 'us-central1-a',
  service_account_name: email,
  ek_encryption_cert: '',
  ak_signing_cert: '',
  ek_encryption_key: keyVector('ek_rsa').pem,
  ak_signing_key: keyVector('gce_ak_rsa').pem,
  init_script_hash: userDataHash,
  image_fingerprint: 'sSHMqlnfdVM=',
  gcs_object: '',
  secrets: [],
  provided_at: new Date('2021-06-22T12:05:00Z'),
  peer_address: '34.121.225.36',
  peer_serial_number: '5',
  pcr: 0,
  pcr_value: '',
  schema_version: 1,
  release_policy: 'attested',
  pcr_policy: { sha256: Object.fromEntries(goodQuote.pcr_values.map(({ pcr, value_hex }) => [String(pcr), ['00'.repeat(32), value_hex]])) },
  boot_policy: 'same_boot',
  reset_count: 2,
  boot_image_id: '1234567890',
  boot_disk_id: diskId,
  approved_disk_ids: [diskId],
  network: {
    interfaces: [
      {
        network: 'projects/tc-4f4f5a70/global/networks/net',
        subnetwork: 'projects/tc-4f4f5a70/regions/us-central1/subnetworks/sub',
        network_ip: '10.0.0.2',
        nat_ips: ['34.121.225.36'],
        stack_type: 'IPV4_ONLY',
      },
    ],
  },
  shielded: { enable_secure_boot: true, enable_vtpm: true, enable_integrity_monitoring: true },
  confidential_type: 'NONE',
  machine_features: {
    can_ip_forward: false,
    display_device: false,
    enable_nested_virtualization: false,
    enable_uefi_networking: false,
    guest_accelerator_count: 0,
  },
  approved_metadata: { 'user-data': userDataHash, 'block-project-ssh-keys': trueHash },
  instance_created_at: createdAt,
  instance_name: 'tokenclient',
  project_number: '634665912513',
  peer_certificate_sha256: ['ab'.repeat(32)],
  trusted_images: [],
  history_checked_until: '2021-06-22T12:04:00.000Z',
  history_digest: emptyDigest,
  approved_history: [
    { log_name: insertLog, timestamp: '2021-06-22T11:57:58.1Z', insert_id: 'i1', method: 'beta.compute.instances.insert' },
  ],
  waived_findings: [],
  restart_policy: 'refuse',
  signing_key_required: false,
  not_before: new Date('2021-06-22T12:05:00Z'),
  not_after: new Date('2021-07-22T12:05:00Z'),
  max_releases: 3,
  approved_by: 'alice@example.com',
  approved_at: new Date('2021-06-22T12:05:00Z'),
  approval_digest: emptyDigest,
  secrets_encryption: { scheme: 'none', key: '' },
};

/** The approval. Overrides go through the same strict parser as a stored document. */
export const record = (overrides: Readonly<Record<string, unknown>> = {}): ProvisioningRecord => {
  const document: Record<string, unknown> = { ...recordDocument, ...overrides };
  for (const [name, value] of Object.entries(document)) if (value === undefined) delete document[name];
  return parseRecord(document);
};

export const server = (overrides: Partial<ServerPolicy> = {}): ServerPolicy => ({
  audience: 'https://tokenserver',
  maxTokenAgeSeconds: 30,
  clockSkewSeconds: 5,
  validatePeerAddress: true,
  validatePeerCertificate: true,
  metadataScope: 'acting',
  settleSeconds: 120,
  attestationMaxAgeSeconds: 300,
  requiredPcrs: undefined,
  ...overrides,
});

export const caller = (overrides: Partial<InstanceClaims> = {}): InstanceClaims => ({
  projectId: 'tc-4f4f5a70',
  projectNumber: '634665912513',
  zone: 'us-central1-a',
  instanceId,
  instanceName: 'tokenclient',
  createdAtSeconds,
  confidentiality: 0,
  ...overrides,
});

export const claims = (overrides: Partial<TokenClaims> = {}): TokenClaims => ({
  issuer: 'https://accounts.google.com',
  audience: 'https://tokenserver',
  subject: '110169484474386276334',
  email,
  emailVerified: true,
  issuedAtSeconds: nowSeconds - 10,
  expiresAtSeconds: nowSeconds + 3590,
  instance: caller(),
  ...overrides,
});

export const instance = (overrides: Partial<InstanceFacts> = {}): InstanceFacts => ({
  id: instanceId,
  name: 'tokenclient',
  zone: 'us-central1-a',
  status: 'RUNNING',
  creationTimestamp: createdAt,
  createdAtSeconds,
  lastStopTimestamp: undefined,
  lastSuspendedTimestamp: undefined,
  fingerprint: 'sSHMqlnfdVM=',
  cpuPlatform: 'Intel Haswell',
  machineType: 'n1-standard-1',
  metadata: new Map([
    ['user-data', userData],
    ['block-project-ssh-keys', 'TRUE'],
  ]),
  disks: [
    {
      boot: true,
      source: 'https://www.googleapis.com/compute/v1/projects/tc-4f4f5a70/zones/us-central1-a/disks/boot-1',
      deviceName: 'persistent-disk-0',
      type: 'PERSISTENT',
      mode: 'READ_WRITE',
      hasOwnSecureBootKeys: false,
    },
  ],
  networkInterfaces: [
    {
      name: 'nic0',
      network: 'projects/tc-4f4f5a70/global/networks/net',
      subnetwork: 'projects/tc-4f4f5a70/regions/us-central1/subnetworks/sub',
      networkIP: '10.0.0.2',
      natIPs: ['34.121.225.36'],
      stackType: 'IPV4_ONLY',
      ipv6Addresses: [],
      aliasIpRangeCount: 0,
    },
  ],
  serviceAccounts: [{ email, scopes: ['https://www.googleapis.com/auth/cloud-platform'] }],
  shielded: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true },
  confidentialType: 'NONE',
  features: {
    canIpForward: false,
    displayDevice: false,
    enableNestedVirtualization: false,
    enableUefiNetworking: false,
    guestAcceleratorCount: 0,
    sourceMachineImage: undefined,
  },
  effectiveMetadata: new Map<string, boolean | string>([
    ['blockProjectSshKeysMetadataValue', true],
    ['enableOsloginMetadataValue', false],
    ['vmDnsSettingMetadataValue', 'ZonalOnly'],
  ]),
  unknownMembers: [],
  ...overrides,
});

export const disk = (overrides: Partial<DiskFacts> = {}): DiskFacts => ({
  id: diskId,
  name: 'boot-1',
  sourceImage: 'https://www.googleapis.com/compute/v1/projects/cos-cloud/global/images/cos-stable',
  sourceImageId: '1234567890',
  sourceSnapshot: undefined,
  sourceDisk: undefined,
  createdAtSeconds: createdAtSeconds + 1,
  lastAttachSeconds: createdAtSeconds + 2,
  lastDetachSeconds: undefined,
  accessMode: undefined,
  users: ['https://www.googleapis.com/compute/v1/projects/tc-4f4f5a70/zones/us-central1-a/instances/tokenclient'],
  replicated: false,
  ...overrides,
});

/** The insert of the VM, as approved; overrides make other entries of it. */
export const entry = (overrides: Partial<AuditEntry> = {}): AuditEntry => ({
  logName: insertLog,
  insertId: 'i1',
  timestamp: '2021-06-22T11:57:58.1Z',
  severity: 'NOTICE',
  resourceType: 'gce_instance',
  resourceLabels: { instance_id: instanceId, project_id: 'tc-4f4f5a70', zone: 'us-central1-a' },
  serviceName: 'compute.googleapis.com',
  methodName: 'beta.compute.instances.insert',
  resourceName: 'projects/tc-4f4f5a70/zones/us-central1-a/instances/tokenclient',
  principalEmail: 'bob@example.com',
  callerIp: '192.0.2.1',
  statusCode: undefined,
  operation: { id: 'operation-1', first: true, last: false },
  request: undefined,
  ...overrides,
});

/** An entry after the review: another insertId and time, an operation of its own. */
export const laterEntry = (methodName: string, overrides: Partial<AuditEntry> = {}): AuditEntry =>
  entry({ methodName, insertId: 'i9', timestamp: '2021-06-22T12:05:30Z', operation: undefined, statusCode: 0, ...overrides });

export const history = (...entries: readonly AuditEntry[]): HistoryEvidence['history'] => ({
  entries: [entry(), ...entries],
  complete: true,
  from: '2021-06-22T11:04:00.000Z',
  until: '2021-06-22T12:10:00.000Z',
});

export const quote = (
  overrides: Partial<NonNullable<TpmEvidence['attestation']['quote']>> = {},
): NonNullable<TpmEvidence['attestation']['quote']> => ({
  attestation: b64(goodQuote.attest_b64),
  signature: b64(goodQuote.signature_tpmt_b64),
  bareRsa: false,
  expectedExtraData: b64(goodQuote.nonce_b64),
  takenAtSeconds: nowSeconds - 60,
  firstBoot: { resetCount: 2, restartCount: 0 },
  ...overrides,
});

export const attestation = (overrides: Partial<TpmEvidence['attestation']> = {}): TpmEvidence['attestation'] => ({
  ekPublic: b64(keyVector('ek_rsa').tpmt_public_b64),
  akPublic: b64(goodQuote.ak_tpmt_public_b64),
  credentialActivated: true,
  quote: quote(),
  signingKeyCertified: false,
  ...overrides,
});

/** What every check behind a gate is asked about. */
export type Evidence = MachineEvidence & HistoryEvidence & TpmEvidence;

export const evidence = (overrides: Partial<Evidence> = {}): Evidence => ({
  purpose: 'release',
  nowSeconds,
  server: server(),
  claims: claims(),
  caller: caller(),
  record: record(),
  revoked: undefined,
  releasesUsed: 0,
  peer: { address: '34.121.225.36', certificate: { serialDecimal: '5', sha256Hex: 'ab'.repeat(32) } },
  instance: instance(),
  bootDisk: disk(),
  otherDisks: [],
  projectMetadata: new Map([['team', 'blue']]),
  zoneMetadata: new Map(),
  history: history(),
  openedAtSeconds,
  settleRequired: true,
  shieldedIdentity: {
    ekPublicPem: keyVector('ek_rsa').pem,
    ekCertificatePem: '',
    akPublicPem: keyVector('gce_ak_rsa').pem,
    akCertificatePem: '',
  },
  attestation: attestation(),
  ...overrides,
});

/** What every gate is asked about. */
export type Arrival = CallerArrival & RecordArrival & MachineArrival & HistoryArrival & TpmArrival;

export const machine = (overrides: Partial<MachineArrival['machine']> = {}): MachineArrival['machine'] => ({
  instance: found(instance()),
  bootDisk: found(disk()),
  otherDisks: [],
  projectMetadata: found(new Map([['team', 'blue']])),
  zoneMetadata: found(new Map()),
  ...overrides,
});

export function arrival(overrides: Partial<Arrival> = {}): Arrival {
  const { history: read, shieldedIdentity, ...rest } = evidence();
  return {
    ...rest,
    token: { claims: claims(), problem: undefined },
    approval: { record: rest.record, revoked: undefined, releasesUsed: 0 },
    machine: machine(),
    history: found(read),
    shieldedIdentity: found(shieldedIdentity),
    ...overrides,
  };
}
