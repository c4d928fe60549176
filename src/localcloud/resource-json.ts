import type { ComputeStore } from './compute-store.js';
import { computeTime, linkOf } from './ids.js';
import { metadataJson } from './instance-json.js';
import type { JsonObject } from './json.js';
import type { Project } from './projects.js';
import { diskResource, imageResource, instanceResource, type DiskState, type ImageState } from './resources.js';

/** What `disks.get` answers. @see https://cloud.google.com/compute/docs/reference/rest/v1/disks */
export function diskJson(disk: DiskState, store: ComputeStore): JsonObject {
  const zoneName = `projects/${disk.project}/zones/${disk.zone}`;
  const users = store.usersOf(disk).map((instance) => linkOf(instanceResource(instance)));
  return {
    kind: 'compute#disk',
    id: disk.id,
    creationTimestamp: computeTime(disk.createdAt),
    name: disk.name,
    sizeGb: String(disk.sizeGb),
    zone: linkOf(zoneName),
    status: 'READY',
    ...(disk.sourceImage === undefined ? {} : { sourceImage: linkOf(imageResource(disk.sourceImage)), sourceImageId: disk.sourceImage.id }),
    selfLink: linkOf(diskResource(disk)),
    type: linkOf(`${zoneName}/diskTypes/pd-balanced`),
    lastAttachTimestamp: disk.lastAttachAt === undefined ? undefined : computeTime(disk.lastAttachAt),
    lastDetachTimestamp: disk.lastDetachAt === undefined ? undefined : computeTime(disk.lastDetachAt),
    ...(users.length === 0 ? {} : { users }),
    physicalBlockSizeBytes: '4096',
    accessMode: 'READ_WRITE_SINGLE',
    architecture: 'X86_64',
    ...disk.overrides,
  };
}

/** What `images.get` answers. @see https://cloud.google.com/compute/docs/reference/rest/v1/images */
export const imageJson = (image: ImageState): JsonObject => ({
  kind: 'compute#image',
  id: image.id,
  creationTimestamp: computeTime(image.createdAt),
  name: image.name,
  sourceType: 'RAW',
  status: 'READY',
  archiveSizeBytes: '1208287104',
  diskSizeGb: '10',
  family: image.family,
  selfLink: linkOf(imageResource(image)),
  storageLocations: ['us'],
  architecture: 'X86_64',
  ...image.overrides,
});

/** What `projects.get` answers. @see https://cloud.google.com/compute/docs/reference/rest/v1/projects */
export const projectJson = (project: Project, store: ComputeStore): JsonObject => ({
  kind: 'compute#project',
  id: `${project.number}0000001`,
  creationTimestamp: '2024-01-10T08:00:00.000-07:00',
  name: project.id,
  commonInstanceMetadata: metadataJson(store.projectMetadata(project.id)),
  selfLink: linkOf(`projects/${project.id}`),
  defaultServiceAccount: `${project.number}-compute@developer.gserviceaccount.com`,
  xpnProjectStatus: 'UNSPECIFIED_XPN_PROJECT_STATUS',
  defaultNetworkTier: 'PREMIUM',
  vmDnsSetting: 'ZONAL_ONLY',
});

/**
 * What `instanceSettings.get` answers: here metadata is a map, not a list.
 * @see https://cloud.google.com/compute/docs/reference/rest/v1/instanceSettings
 */
export function instanceSettingsJson(project: string, zone: string, store: ComputeStore): JsonObject {
  const metadata = store.zoneMetadata(project, zone);
  return {
    kind: 'compute#instanceSettings',
    fingerprint: metadata.fingerprint,
    zone: linkOf(`projects/${project}/zones/${zone}`),
    metadata: { kind: 'compute#metadata', ...(metadata.items.size === 0 ? {} : { items: Object.fromEntries(metadata.items) }) },
  };
}
