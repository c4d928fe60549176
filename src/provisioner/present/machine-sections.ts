import type { DiskFacts } from '../../facts/index.js';
import { metadataDigest } from '../draft.js';
import { bootImageName, type Inspection } from '../inspect.js';
import { field } from './layout.js';
import { visible } from './visible.js';

/** `projects/...` of a Compute resource: the part before it is the same for all. */
const resource = (url: string): string =>
  visible(url.replace(/^https:\/\/(?:www\.googleapis\.com|compute\.googleapis\.com)\/compute\/v1\//, ''));

const yesNo = (value: boolean): string => (value ? 'yes' : 'no');
const instant = (seconds: number | undefined): string => (seconds === undefined ? 'never' : new Date(seconds * 1000).toISOString());

/** Which VM is this, and as whom does it run? */
export const whoSection = ({ instance, project, projectNumber, zone }: Inspection): readonly string[] => [
  ...field('instance', `${instance.id} (${visible(instance.name)})`),
  ...field('project', `${project} (number ${projectNumber}), zone ${zone}`),
  ...field('status', visible(instance.status)),
  ...field('created', instance.creationTimestamp),
  ...field('fingerprint', instance.fingerprint),
  ...field('machine', `${visible(instance.machineType)}, CPU platform ${visible(instance.cpuPlatform)}`),
  ...field('service account', instance.serviceAccounts.map(({ email }) => visible(email)).join(', ') || 'none'),
  ...instance.serviceAccounts.flatMap(({ scopes }) => scopes.flatMap((scope) => field('  scope', visible(scope)))),
];

/** What did it boot from? */
export const bootImageSection = ({ bootDisk, image }: Inspection): readonly string[] => [
  ...field('image', visible(bootImageName(bootDisk) ?? bootDisk.sourceImage ?? 'none')),
  ...field('image id', bootDisk.sourceImageId ?? 'none'),
  ...field(
    'the name today',
    image.kind === 'found' ? `image ${image.value.id}` : image.kind === 'absent' ? 'names no image' : 'may not be read',
  ),
];

/** Which disks, and where were they before? */
export const diskSection = ({ bootDisk, otherDisks, instance }: Inspection): readonly string[] => [
  ...diskLines(bootDisk, 'boot disk'),
  ...otherDisks.flatMap((disk) => diskLines(disk, 'disk')),
  ...instance.disks
    .filter((disk) => disk.source === undefined)
    .flatMap((disk) => field('disk', `${visible(disk.deviceName)}: ${visible(disk.type)} without a source`)),
];

const diskLines = (disk: DiskFacts, label: string): readonly string[] => [
  ...field(label, `${visible(disk.name)} (id ${disk.id})`),
  ...field(
    '  made',
    `${instant(disk.createdAtSeconds)} from ${resource(disk.sourceImage ?? disk.sourceSnapshot ?? disk.sourceDisk ?? 'nothing')}`,
  ),
  ...field('  attached', `${instant(disk.lastAttachSeconds)}, detached ${instant(disk.lastDetachSeconds)}`),
  ...field('  users', disk.users.map(resource).join(', ')),
  ...field('  access', `${visible(disk.accessMode ?? 'single writer')}, replicated: ${yesNo(disk.replicated)}`),
];

/** From which addresses does it speak? */
export const networkSection = ({ instance }: Inspection): readonly string[] =>
  instance.networkInterfaces.flatMap((nic) => [
    ...field(
      visible(nic.name),
      `internal ${nic.networkIP || 'none'}, external ${nic.natIPs.join(', ') || 'none'}, ${visible(nic.stackType)}`,
    ),
    ...field('  network', resource(nic.network)),
    ...field('  subnetwork', resource(nic.subnetwork)),
    ...(nic.ipv6Addresses.length === 0 ? [] : field('  IPv6', nic.ipv6Addresses.map(visible).join(', '))),
    ...(nic.aliasIpRangeCount === 0 ? [] : field('  alias ranges', String(nic.aliasIpRangeCount))),
  ]);

/** Which protections and which side doors does the machine have? */
export function protectionSection({ instance }: Inspection): readonly string[] {
  const { shielded, features } = instance;
  return [
    ...field(
      'Shielded VM',
      shielded === undefined
        ? 'no'
        : `Secure Boot ${yesNo(shielded.enableSecureBoot)}, vTPM ${yesNo(shielded.enableVtpm)}, integrity monitoring ${yesNo(shielded.enableIntegrityMonitoring)}`,
    ),
    ...field('own boot keys', yesNo(instance.disks.some((disk) => disk.hasOwnSecureBootKeys))),
    ...field('Confidential VM', instance.confidentialType),
    ...field(
      'features',
      `IP forwarding ${yesNo(features.canIpForward)}, display ${yesNo(features.displayDevice)}, nested virtualization ${yesNo(features.enableNestedVirtualization)}, network boot ${yesNo(features.enableUefiNetworking)}, accelerators ${features.guestAcceleratorCount}`,
    ),
    ...(features.sourceMachineImage === undefined ? [] : field('machine image', visible(features.sourceMachineImage))),
    ...(instance.unknownMembers.length === 0 ? [] : field('unknown members', instance.unknownMembers.map(visible).join(', '))),
  ];
}

/** The hash that the record keeps of the startup script. */
export const scriptHash = ({ instance }: Inspection): string => metadataDigest(instance.metadata.get('user-data') ?? '');
