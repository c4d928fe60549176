import type { ComputeStore } from './compute-store.js';
import { effectiveInstanceMetadata } from './effective-metadata.js';
import { computeTime, emptyFingerprint, linkOf } from './ids.js';
import type { JsonObject } from './json.js';
import { diskResource, instanceResource, type Attachment, type InstanceState, type MetadataState } from './resources.js';

/**
 * What `instances.get` (v1) answers: 64-bit numbers as text, references as URLs, absent instead of empty where Compute
 * does so.
 * @see https://cloud.google.com/compute/docs/reference/rest/v1/instances
 */
export function instanceJson(it: InstanceState, store: ComputeStore): JsonObject {
  const zoneName = `projects/${it.project}/zones/${it.zone}`;
  return {
    kind: 'compute#instance',
    id: it.id,
    creationTimestamp: computeTime(it.createdAt),
    name: it.name,
    tags: { fingerprint: emptyFingerprint },
    machineType: linkOf(`${zoneName}/machineTypes/${it.machineType}`),
    status: it.status,
    zone: linkOf(zoneName),
    canIpForward: false,
    networkInterfaces: [networkInterfaceJson(it)],
    disks: it.attachments.map((attachment, index) => attachmentJson(attachment, index)),
    metadata: metadataJson(it.metadata),
    ...(it.serviceAccount === undefined ? {} : { serviceAccounts: [{ email: it.serviceAccount.email, scopes: it.serviceAccount.scopes }] }),
    selfLink: linkOf(instanceResource(it)),
    scheduling: {
      onHostMaintenance: it.confidential === undefined ? 'MIGRATE' : 'TERMINATE',
      automaticRestart: true,
      preemptible: false,
      provisioningModel: 'STANDARD',
    },
    cpuPlatform: it.status === 'TERMINATED' ? 'Unknown CPU Platform' : it.cpuPlatform,
    ...(it.labels.size === 0 ? {} : { labels: Object.fromEntries(it.labels) }),
    labelFingerprint: it.labelFingerprint,
    startRestricted: false,
    deletionProtection: false,
    shieldedInstanceConfig: { ...it.shielded },
    shieldedInstanceIntegrityPolicy: { updateAutoLearnPolicy: true },
    ...confidentialJson(it),
    fingerprint: it.fingerprint,
    lastStartTimestamp: computeTime(it.lastStartAt),
    lastStopTimestamp: it.lastStopAt === undefined ? undefined : computeTime(it.lastStopAt),
    lastSuspendedTimestamp: it.lastSuspendAt === undefined ? undefined : computeTime(it.lastSuspendAt),
    resourceStatus: {
      scheduling: {},
      effectiveInstanceMetadata: effectiveInstanceMetadata(
        it.metadata.items,
        store.zoneMetadata(it.project, it.zone).items,
        store.projectMetadata(it.project).items,
      ),
    },
    ...it.overrides,
  };
}

/** Metadata in the list form of instances and projects. An empty list is left out. */
export const metadataJson = (metadata: MetadataState): JsonObject => ({
  kind: 'compute#metadata',
  fingerprint: metadata.fingerprint,
  ...(metadata.items.size === 0 ? {} : { items: [...metadata.items].map(([key, value]) => ({ key, value })) }),
});

function networkInterfaceJson(it: InstanceState): JsonObject {
  const region = it.zone.slice(0, it.zone.lastIndexOf('-'));
  const accessConfig = {
    kind: 'compute#accessConfig',
    type: 'ONE_TO_ONE_NAT',
    name: 'external-nat',
    natIP: it.natIP,
    networkTier: 'PREMIUM',
  };
  return {
    kind: 'compute#networkInterface',
    network: linkOf(`projects/${it.project}/global/networks/default`),
    subnetwork: linkOf(`projects/${it.project}/regions/${region}/subnetworks/default`),
    networkIP: it.networkIP,
    name: 'nic0',
    ...(it.natIP === undefined ? {} : { accessConfigs: [accessConfig] }),
    fingerprint: it.networkFingerprint,
    stackType: 'IPV4_ONLY',
  };
}

const attachmentJson = (attachment: Attachment, index: number): JsonObject => ({
  kind: 'compute#attachedDisk',
  type: 'PERSISTENT',
  mode: attachment.mode,
  source: linkOf(diskResource(attachment.disk)),
  deviceName: attachment.deviceName,
  index,
  boot: attachment.boot,
  autoDelete: attachment.autoDelete,
  interface: 'SCSI',
  diskSizeGb: String(attachment.disk.sizeGb),
  architecture: 'X86_64',
  ...(attachment.boot ? { guestOsFeatures: [{ type: 'UEFI_COMPATIBLE' }, { type: 'VIRTIO_SCSI_MULTIQUEUE' }] } : {}),
});

function confidentialJson(it: InstanceState): JsonObject {
  if (it.confidential === undefined) return {};
  return { confidentialInstanceConfig: { enableConfidentialCompute: true, confidentialInstanceType: it.confidential } };
}
