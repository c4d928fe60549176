// Raw answers in the shapes that Google's reference pages give.
export const rawInstance = {
  kind: 'compute#instance',
  id: '8296329138112513432',
  creationTimestamp: '2026-06-20T05:17:49.349-07:00',
  name: 'tokenclient',
  zone: 'https://www.googleapis.com/compute/v1/projects/bob/zones/us-central1-a',
  status: 'RUNNING',
  machineType: 'https://www.googleapis.com/compute/v1/projects/bob/zones/us-central1-a/machineTypes/n2d-standard-2',
  cpuPlatform: 'AMD Milan',
  fingerprint: 'SRVm69LywSw=',
  metadata: {
    kind: 'compute#metadata',
    fingerprint: 'QLYSlhGcB5Y=',
    items: [{ key: 'user-data', value: '#cloud-config\n' }, { key: 'flag' }],
  },
  disks: [
    {
      kind: 'compute#attachedDisk',
      type: 'PERSISTENT',
      mode: 'READ_WRITE',
      source: 'https://www.googleapis.com/compute/v1/projects/bob/zones/us-central1-a/disks/tokenclient',
      deviceName: 'persistent-disk-0',
      index: 0,
      boot: true,
      diskSizeGb: '10',
      shieldedInstanceInitialState: { dbxs: [{ content: 'AAAA', fileType: 'BIN' }] },
    },
    { type: 'SCRATCH', mode: 'READ_WRITE', deviceName: 'local-ssd-0' },
  ],
  networkInterfaces: [
    {
      name: 'nic0',
      network: 'https://www.googleapis.com/compute/v1/projects/bob/global/networks/net',
      subnetwork: 'https://www.googleapis.com/compute/v1/projects/bob/regions/us-central1/subnetworks/sub',
      networkIP: '10.128.0.2',
      stackType: 'IPV4_IPV6',
      ipv6Address: '2600:1900::1',
      ipv6AccessConfigs: [{ externalIpv6: '2600:1900::2' }],
      accessConfigs: [{ type: 'ONE_TO_ONE_NAT', natIP: '34.1.2.3' }, { type: 'ONE_TO_ONE_NAT' }],
      aliasIpRanges: [{ ipCidrRange: '10.1.0.0/24' }],
    },
  ],
  serviceAccounts: [{ email: 'sa@bob.iam.gserviceaccount.com', scopes: ['https://www.googleapis.com/auth/userinfo.email'] }],
  shieldedInstanceConfig: { enableVtpm: true, enableIntegrityMonitoring: true },
  confidentialInstanceConfig: { enableConfidentialCompute: true, confidentialInstanceType: 'SEV_SNP' },
  guestAccelerators: [{ acceleratorType: 'x', acceleratorCount: 2 }],
  advancedMachineFeatures: { enableNestedVirtualization: true },
  resourceStatus: { effectiveInstanceMetadata: { serialPortEnableMetadataValue: false, vmDnsSettingMetadataValue: 'ZonalOnly' } },
  somethingNew: { on: true },
};

export const rawDisk = {
  kind: 'compute#disk',
  id: '4711471147114711471',
  name: 'tokenclient',
  creationTimestamp: '2026-06-20T05:17:49.400-07:00',
  lastAttachTimestamp: '2026-06-20T12:17:50Z',
  sourceImage: 'https://www.googleapis.com/compute/v1/projects/cos-cloud/global/images/cos-stable-97',
  sourceImageId: '1234567890123456789',
  users: ['https://www.googleapis.com/compute/v1/projects/bob/zones/us-central1-a/instances/tokenclient'],
  accessMode: 'READ_WRITE_SINGLE',
};

export const rawEntry = {
  logName: 'projects/bob/logs/cloudaudit.googleapis.com%2Factivity',
  insertId: 'abc123',
  timestamp: '2026-06-20T12:17:50.123456789Z',
  receiveTimestamp: '2026-06-20T12:17:51Z',
  severity: 'NOTICE',
  resource: { type: 'gce_instance', labels: { instance_id: '8296329138112513432', project_id: 'bob', zone: 'us-central1-a' } },
  operation: { id: 'operation-1', producer: 'compute.googleapis.com', last: true },
  protoPayload: {
    '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
    serviceName: 'compute.googleapis.com',
    methodName: 'beta.compute.instances.insert',
    resourceName: 'projects/bob/zones/us-central1-a/instances/tokenclient',
    authenticationInfo: { principalEmail: 'bob@example.com' },
    requestMetadata: { callerIp: '203.0.113.9' },
    request: { '@type': 'type.googleapis.com/compute.instances.insert' },
  },
};

export const rawClaims = {
  iss: 'https://accounts.google.com',
  aud: 'https://tokenserver',
  azp: '101234567890123456789',
  sub: '101234567890123456789',
  email: 'sa@bob.iam.gserviceaccount.com',
  email_verified: true,
  iat: 1_780_000_000,
  exp: 1_780_003_600,
  google: {
    compute_engine: {
      project_id: 'bob',
      project_number: 248066739582,
      zone: 'us-central1-a',
      instance_id: '8296329138112513432',
      instance_name: 'tokenclient',
      instance_creation_timestamp: 1_779_000_000,
    },
  },
};
