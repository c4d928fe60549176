import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditEntry, DiskFacts, ImageFacts, InstanceFacts } from '../../../src/facts/index.js';
import type { VmFacts } from './memory-cloud.js';
import { articleScript, editedArticleScript, hardenedScript } from './article.js';

interface KeyVectors {
  readonly keys: Readonly<Record<string, { readonly pem: string }>>;
}

const { keys } = JSON.parse(readFileSync(join(__dirname, '../../vectors/keys.json'), 'utf8')) as KeyVectors;

export const articleProject = 'tc-4f4f5a70';
const cosImage = 'projects/cos-cloud/global/images/cos-stable-81-12871-119-0';
const fakeImage = 'projects/tc-4f4f5a70/global/images/fakeimage';
const compute = 'https://www.googleapis.com/compute/v1';

interface ArticleVm {
  readonly id: string;
  readonly created: string;
  readonly fingerprint: string;
  readonly cpuPlatform: string;
  readonly script: string;
  readonly image: string;
  readonly imageId: string;
  /** First and last entry of the insert, as the article prints their times. */
  readonly insert: readonly [string, string];
}

/** The VM that the article approves, with its printed values. */
export const articleVm: ArticleVm = {
  id: '8939838129032687278',
  created: '2021-06-22T04:57:59.255-07:00',
  fingerprint: 'sSHMqlnfdVM=',
  cpuPlatform: 'AMD Rome',
  script: articleScript,
  image: cosImage,
  imageId: '6189486457461834731',
  insert: ['2021-06-22T11:57:52Z', '2021-06-22T11:58:09Z'],
};

/** The same with a startup script that pins the server, prints nothing, and shuts the guest. */
export const goodVm: ArticleVm = { ...articleVm, script: hardenedScript };

/** The article's VM from an image of Bob's own. */
export const fakeImageVm: ArticleVm = {
  ...goodVm,
  id: '5701091505452377594',
  created: '2021-06-22T05:44:06.372-07:00',
  fingerprint: 'HHqf-5_bcaY=',
  image: fakeImage,
  imageId: '7777777777777777777',
  insert: ['2021-06-22T12:44:05Z', '2021-06-22T12:44:16Z'],
};

/** The article's VM whose metadata Bob edited before the approval. */
export const editedVm: ArticleVm = {
  ...goodVm,
  id: '6332740435730784933',
  created: '2021-06-22T05:49:15.472-07:00',
  fingerprint: 'gfpbP5Jrxhc=',
  cpuPlatform: 'Intel Haswell',
  script: editedArticleScript,
  insert: ['2021-06-22T12:49:14Z', '2021-06-22T12:49:25Z'],
};

const diskId = '1234567890123456789';

function instanceOf(vm: ArticleVm): InstanceFacts {
  return {
    id: vm.id,
    name: 'tokenclient',
    zone: 'us-central1-a',
    status: 'RUNNING',
    creationTimestamp: vm.created,
    createdAtSeconds: Math.floor(Date.parse(vm.created) / 1000),
    lastStopTimestamp: undefined,
    lastSuspendedTimestamp: undefined,
    fingerprint: vm.fingerprint,
    cpuPlatform: vm.cpuPlatform,
    machineType: 'e2-small',
    metadata: new Map([['user-data', vm.script]]),
    disks: [
      {
        boot: true,
        source: `${compute}/projects/${articleProject}/zones/us-central1-a/disks/tokenclient`,
        deviceName: 'persistent-disk-0',
        type: 'PERSISTENT',
        mode: 'READ_WRITE',
        hasOwnSecureBootKeys: false,
      },
    ],
    networkInterfaces: [
      {
        name: 'nic0',
        network: `${compute}/projects/${articleProject}/global/networks/tcnetwork`,
        subnetwork: `${compute}/projects/${articleProject}/regions/us-central1/subnetworks/tcnetwork`,
        networkIP: '10.128.0.2',
        natIPs: ['34.121.225.36'],
        stackType: 'IPV4_ONLY',
        ipv6Addresses: [],
        aliasIpRangeCount: 0,
      },
    ],
    serviceAccounts: [
      {
        email: `tokenclient@${articleProject}.iam.gserviceaccount.com`,
        scopes: ['https://www.googleapis.com/auth/cloud-platform', 'https://www.googleapis.com/auth/userinfo.email'],
      },
    ],
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
    effectiveMetadata: new Map(),
    unknownMembers: [],
  };
}

const diskOf = (vm: ArticleVm): DiskFacts => ({
  id: diskId,
  name: 'tokenclient',
  sourceImage: `${compute}/${vm.image}`,
  sourceImageId: vm.imageId,
  sourceSnapshot: undefined,
  sourceDisk: undefined,
  createdAtSeconds: Math.floor(Date.parse(vm.created) / 1000),
  lastAttachSeconds: Math.floor(Date.parse(vm.created) / 1000),
  lastDetachSeconds: undefined,
  accessMode: 'READ_WRITE_SINGLE',
  users: [`${compute}/projects/${articleProject}/zones/us-central1-a/instances/tokenclient`],
  replicated: false,
});

const imageOf = (vm: ArticleVm): ImageFacts => ({
  id: vm.imageId,
  name: vm.image.slice(vm.image.lastIndexOf('/') + 1),
  project: vm.image.split('/')[1] ?? '',
  hasOwnSecureBootKeys: false,
});

/** The request of the first insert entry, as the article prints it. */
const insertRequest = (vm: ArticleVm): unknown => ({
  '@type': 'type.googleapis.com/compute.instances.insert',
  canIpForward: false,
  deletionProtection: false,
  description: 'TokenClient',
  disks: [{ autoDelete: true, boot: true, initializeParams: { sourceImage: vm.image }, mode: 'READ_WRITE' }],
  machineType: `projects/${articleProject}/zones/us-central1-a/machineTypes/e2-small`,
  name: 'tokenclient',
  networkInterfaces: [
    {
      accessConfigs: [{ natIP: '34.121.225.36', type: 'ONE_TO_ONE_NAT' }],
      network: `projects/${articleProject}/global/networks/tcnetwork`,
    },
  ],
  scheduling: { automaticRestart: true, onHostMaintenance: 'MIGRATE', preemptible: false },
  serviceAccounts: [
    {
      email: `tokenclient@${articleProject}.iam.gserviceaccount.com`,
      scopes: ['https://www.googleapis.com/auth/cloud-platform', 'https://www.googleapis.com/auth/userinfo.email'],
    },
  ],
  shieldedInstanceConfig: { enableIntegrityMonitoring: true, enableSecureBoot: true, enableVtpm: true },
  tags: { tags: ['tokenclient'] },
});

/** One entry of the VM's audit log; overrides say how it differs from a successful call by Bob. */
export const auditEntry = (vm: Pick<ArticleVm, 'id'>, overrides: Partial<AuditEntry>): AuditEntry => ({
  logName: `projects/${articleProject}/logs/cloudaudit.googleapis.com%2Factivity`,
  insertId: `id-${overrides.methodName ?? ''}-${overrides.timestamp ?? ''}`,
  timestamp: '2021-06-22T12:00:00Z',
  severity: 'NOTICE',
  resourceType: 'gce_instance',
  resourceLabels: { instance_id: vm.id, project_id: articleProject, zone: 'us-central1-a' },
  serviceName: 'compute.googleapis.com',
  methodName: 'v1.compute.instances.get',
  resourceName: `projects/${articleProject}/zones/us-central1-a/instances/tokenclient`,
  principalEmail: 'admin@esodemoapp2.com',
  callerIp: '203.0.113.9',
  statusCode: undefined,
  operation: undefined,
  request: undefined,
  ...overrides,
});

const insertEntries = (vm: ArticleVm): readonly AuditEntry[] => {
  const common = { methodName: 'beta.compute.instances.insert' };
  const operation = (first: boolean): AuditEntry['operation'] => ({ id: `operation-${vm.id}`, first, last: !first });
  const bare = { '@type': 'type.googleapis.com/compute.instances.insert' };
  return [
    auditEntry(vm, { ...common, timestamp: vm.insert[0], operation: operation(true), request: insertRequest(vm) }),
    auditEntry(vm, { ...common, timestamp: vm.insert[1], operation: operation(false), request: bare }),
  ];
};

/** The entry that the article prints for the edit. */
export const setMetadataEntry = auditEntry(editedVm, {
  timestamp: '2021-06-22T12:51:46Z',
  methodName: 'v1.compute.instances.setMetadata',
  request: { '@type': 'type.googleapis.com/compute.instances.setMetadata', 'Metadata Keys Modified': ['user-data'] },
});

/** All that Google says of one of the article's VMs. */
export function factsOf(vm: ArticleVm, moreHistory: readonly AuditEntry[] = []): VmFacts {
  return {
    project: articleProject,
    projectNumber: '634665912513',
    zone: 'us-central1-a',
    instance: instanceOf(vm),
    bootDisk: diskOf(vm),
    otherDisks: [],
    image: { kind: 'found', value: imageOf(vm) },
    projectMetadata: new Map(),
    zoneMetadata: new Map(),
    identity: {
      ekPublicPem: keys['ek_rsa']?.pem ?? '',
      ekCertificatePem: '',
      akPublicPem: keys['gce_ak_rsa']?.pem ?? '',
      akCertificatePem: '',
      ecc: {
        ekPublicPem: keys['ek_ecc']?.pem ?? '',
        ekCertificatePem: '',
        akPublicPem: keys['gce_ak_ecc']?.pem ?? '',
        akCertificatePem: '',
      },
    },
    entries: [...insertEntries(vm), ...moreHistory],
    historyComplete: true,
  };
}
