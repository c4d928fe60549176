import { z } from 'zod';
import { decimalId, instantText, lastSegment, ownSecureBootKeys, readAnswer } from './answer.js';
import type { AttachedDisk, ConfidentialType, InstanceFacts, MachineFeatures, NetworkInterface } from './instance.js';
import { metadataMap, metadataSchema } from './metadata-reader.js';

const diskSchema = z
  .object({
    boot: z.boolean().default(false),
    source: z.string().optional(),
    deviceName: z.string(),
    type: z.string().min(1),
    mode: z.string().min(1),
    shieldedInstanceInitialState: ownSecureBootKeys,
  })
  .transform(({ shieldedInstanceInitialState, ...disk }): AttachedDisk => ({
    boot: disk.boot,
    source: disk.source,
    deviceName: disk.deviceName,
    type: disk.type,
    mode: disk.mode,
    hasOwnSecureBootKeys: shieldedInstanceInitialState,
  }));

const interfaceSchema = z
  .object({
    name: z.string().min(1),
    network: z.string().min(1),
    subnetwork: z.string().default(''),
    networkIP: z.string().default(''),
    stackType: z.string().default('IPV4_ONLY'),
    accessConfigs: z.array(z.object({ natIP: z.string().optional() })).default([]),
    ipv6Address: z.string().optional(),
    ipv6AccessConfigs: z.array(z.object({ externalIpv6: z.string().optional() })).default([]),
    aliasIpRanges: z.array(z.unknown()).default([]),
  })
  .transform((nic): NetworkInterface => ({
    name: nic.name,
    network: nic.network,
    subnetwork: nic.subnetwork,
    networkIP: nic.networkIP,
    natIPs: nic.accessConfigs.flatMap(({ natIP }) => natIP ?? []),
    stackType: nic.stackType,
    ipv6Addresses: [nic.ipv6Address, ...nic.ipv6AccessConfigs.map(({ externalIpv6 }) => externalIpv6)].filter((ip) => ip !== undefined),
    aliasIpRangeCount: nic.aliasIpRanges.length,
  }));

const shieldedSchema = z.object({
  enableSecureBoot: z.boolean().default(false),
  enableVtpm: z.boolean().default(false),
  enableIntegrityMonitoring: z.boolean().default(false),
});

const confidentialSchema = z.object({
  enableConfidentialCompute: z.boolean().optional(),
  confidentialInstanceType: z.string().optional(),
});

const instanceSchema = z.object({
  id: decimalId,
  name: z.string().min(1),
  zone: z.string().min(1),
  status: z.string().min(1),
  creationTimestamp: instantText,
  lastStopTimestamp: instantText.optional(),
  lastSuspendedTimestamp: instantText.optional(),
  fingerprint: z.string().min(1),
  cpuPlatform: z.string().default(''),
  machineType: z.string().min(1),
  metadata: metadataSchema,
  disks: z.array(diskSchema),
  networkInterfaces: z.array(interfaceSchema),
  serviceAccounts: z.array(z.object({ email: z.string().min(1), scopes: z.array(z.string()) })).default([]),
  shieldedInstanceConfig: shieldedSchema.optional(),
  confidentialInstanceConfig: confidentialSchema.optional(),
  canIpForward: z.boolean().default(false),
  displayDevice: z.object({ enableDisplay: z.boolean().default(false) }).optional(),
  advancedMachineFeatures: z
    .object({ enableNestedVirtualization: z.boolean().default(false), enableUefiNetworking: z.boolean().default(false) })
    .optional(),
  guestAccelerators: z.array(z.object({ acceleratorCount: z.number().int().min(0).default(1) })).default([]),
  sourceMachineImage: z.string().optional(),
  resourceStatus: z.object({ effectiveInstanceMetadata: z.record(z.string(), z.union([z.boolean(), z.string()])).default({}) }).optional(),
});

/** Members that v1 documents and that this reader does not look into. Anything else is reported as unknown. */
const ignoredMembers: readonly string[] = [
  'deletionProtection',
  'description',
  'hostname',
  'instanceEncryptionKey',
  'keyRevocationActionType',
  'kind',
  'labelFingerprint',
  'labels',
  'lastStartTimestamp',
  'localSsdEncryptionMode',
  'minCpuPlatform',
  'networkPerformanceConfig',
  'privateIpv6GoogleAccess',
  'reservationAffinity',
  'resourcePolicies',
  'satisfiesPzi',
  'satisfiesPzs',
  'scheduling',
  'selfLink',
  'shieldedInstanceIntegrityPolicy',
  'sourceMachineImageEncryptionKey',
  'startRestricted',
  'statusMessage',
  'tags',
  'workloadIdentityConfig',
];
/** As v1 documents them, for attached disks and network interfaces. */
const knownDiskMembers: ReadonlySet<string> = new Set(
  (
    'architecture autoDelete boot deviceName diskEncryptionKey diskSizeGb forceAttach guestOsFeatures index initializeParams interface ' +
    'kind licenses mode savedState shieldedInstanceInitialState source type'
  ).split(' '),
);
const knownInterfaceMembers: ReadonlySet<string> = new Set(
  (
    'accessConfigs aliasIpRanges aliasIpv6Ranges enableVpcScopedDns fingerprint igmpQuery internalIpv6PrefixLength ipv6AccessConfigs ' +
    'ipv6AccessType ipv6Address kind name network networkAttachment networkIP nicType parentNicName queueCount serviceClassId stackType ' +
    'subnetwork vlan'
  ).split(' '),
);
const knownMembers: ReadonlySet<string> = new Set([...Object.keys(instanceSchema.shape), ...ignoredMembers]);

/**
 * Reads the raw JSON of instances.get.
 * @throws AppError CLOUD_UNAVAILABLE when a member that decisions need is missing or has the wrong type.
 */
export function parseInstance(raw: unknown): InstanceFacts {
  const instance = readAnswer(instanceSchema, raw, 'instances.get');
  return {
    id: instance.id,
    name: instance.name,
    zone: lastSegment(instance.zone),
    status: instance.status,
    creationTimestamp: instance.creationTimestamp,
    createdAtSeconds: Math.floor(Date.parse(instance.creationTimestamp) / 1000),
    lastStopTimestamp: instance.lastStopTimestamp,
    lastSuspendedTimestamp: instance.lastSuspendedTimestamp,
    fingerprint: instance.fingerprint,
    cpuPlatform: instance.cpuPlatform,
    machineType: lastSegment(instance.machineType),
    metadata: metadataMap(instance.metadata, 'instances.get'),
    disks: instance.disks,
    networkInterfaces: instance.networkInterfaces,
    serviceAccounts: instance.serviceAccounts,
    shielded: instance.shieldedInstanceConfig,
    confidentialType: confidentialTypeOf(instance.confidentialInstanceConfig),
    features: featuresOf(instance),
    effectiveMetadata: new Map(Object.entries(instance.resourceStatus?.effectiveInstanceMetadata ?? {})),
    unknownMembers: unknownMembersOf(raw as RawInstance),
  };
}

interface RawInstance {
  readonly disks: readonly object[];
  readonly networkInterfaces: readonly object[];
}

/** Of the instance by their names, of its disks and interfaces as `disks.NAME` and `networkInterfaces.NAME`, each once. */
function unknownMembersOf(raw: RawInstance): readonly string[] {
  const unknown = (objects: readonly object[], known: ReadonlySet<string>, prefix: string): readonly string[] =>
    objects.flatMap((object) => Object.keys(object).filter((member) => !known.has(member))).map((member) => `${prefix}${member}`);
  return [
    ...new Set([
      ...unknown([raw], knownMembers, ''),
      ...unknown(raw.disks, knownDiskMembers, 'disks.'),
      ...unknown(raw.networkInterfaces, knownInterfaceMembers, 'networkInterfaces.'),
    ]),
  ];
}

const featuresOf = (instance: z.infer<typeof instanceSchema>): MachineFeatures => ({
  canIpForward: instance.canIpForward,
  displayDevice: instance.displayDevice?.enableDisplay ?? false,
  enableNestedVirtualization: instance.advancedMachineFeatures?.enableNestedVirtualization ?? false,
  enableUefiNetworking: instance.advancedMachineFeatures?.enableUefiNetworking ?? false,
  guestAcceleratorCount: instance.guestAccelerators.reduce((sum, { acceleratorCount }) => sum + acceleratorCount, 0),
  sourceMachineImage: instance.sourceMachineImage,
});

/** The switch alone means SEV, as before there were types; a type that is switched off, or that we do not know, is UNKNOWN. */
function confidentialTypeOf(config: z.infer<typeof confidentialSchema> | undefined): ConfidentialType | 'UNKNOWN' {
  const type = config?.confidentialInstanceType;
  const named = type !== undefined && type !== 'CONFIDENTIAL_INSTANCE_TYPE_UNSPECIFIED';
  if (!named) return config?.enableConfidentialCompute === true ? 'SEV' : 'NONE';
  if (config?.enableConfidentialCompute === false) return 'UNKNOWN';
  return type === 'SEV' || type === 'SEV_SNP' || type === 'TDX' ? type : 'UNKNOWN';
}
