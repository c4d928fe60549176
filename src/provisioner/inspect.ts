import { AppError } from '../base/index.js';
import type { AuditRead, DiskFacts, ImageFacts, InstanceFacts, Lookup, Metadata, ShieldedIdentity } from '../facts/index.js';
import type { Cloud } from '../gcp/index.js';
import type { TargetConfig } from './config.js';

/** Everything that Google says of one VM at one moment, for the review, the checks and the record. */
export interface Inspection {
  readonly project: string;
  readonly projectNumber: string;
  readonly zone: string;
  readonly instance: InstanceFacts;
  readonly bootDisk: DiskFacts;
  /** Every other disk that has a source; local SSDs have none and only show in `instance.disks`. */
  readonly otherDisks: readonly DiskFacts[];
  /** The boot image by the name that the disk gives; it may be gone, or in a project that Alice may not read. */
  readonly image: Lookup<ImageFacts>;
  readonly projectMetadata: Metadata;
  readonly zoneMetadata: Metadata;
  readonly identity: ShieldedIdentity;
  readonly history: AuditRead;
}

export interface InspectOptions {
  readonly now: Date;
  readonly signal?: AbortSignal;
  /** Told while audit entries are read. */
  readonly onProgress?: (line: string) => void;
  /** As of AuditQuery. */
  readonly waitForQuota?: () => Promise<boolean>;
}

/**
 * The server reads the log from one hour before the end of this reading. For a VM that is younger than that, it sees
 * entries of the time before the VM, and this reading must have seen them too.
 */
const beforeCreationMs = 65 * 60 * 1000;

/**
 * Reads the VM, its disks, its image, metadata of three levels, TPM identity, and the audit history from before its creation.
 * @throws AppError CLOUD_NOT_FOUND (no such VM or disk), CLOUD_PERMISSION_MISSING (names the permission), CLOUD_UNAVAILABLE
 */
export async function inspectVm(
  cloud: Pick<Cloud, 'compute' | 'auditLog'>,
  target: TargetConfig,
  options: InspectOptions,
): Promise<Inspection> {
  const { project, zone } = target;
  const { compute } = cloud;
  const { signal } = options;
  const instance = await readInstance(cloud, target, signal);
  const [bootDisk, otherDisks, projectMetadata, zoneMetadata, identity, projectNumber] = await Promise.all([
    readBootDisk(cloud, target, instance, signal),
    Promise.all(sourcesOf(instance, false).map((name) => readDisk(cloud, target, name, signal))),
    compute.projectMetadata(project, signal).then((lookup) => required(lookup, project, `metadata of project ${project}`)),
    compute.zoneMetadata(project, zone, signal).then((lookup) => required(lookup, project, `metadata of zone ${zone}`)),
    readIdentity(cloud, target, instance, signal),
    readProjectNumber(cloud, target, signal),
  ]);
  const [image, history] = await Promise.all([
    readImage(cloud, bootDisk, signal),
    readHistory(cloud, target, [instance.id], [bootDisk, ...otherDisks], instance, options),
  ]);
  return { project, projectNumber, zone, instance, bootDisk, otherDisks, image, projectMetadata, zoneMetadata, identity, history };
}

/** @throws AppError as inspectVm */
async function readInstance(
  cloud: Pick<Cloud, 'compute'>,
  { project, zone, nameOrId }: TargetConfig,
  signal: AbortSignal | undefined,
): Promise<InstanceFacts> {
  const what = `VM "${nameOrId}" in project ${project}, zone ${zone}`;
  return required(await cloud.compute.instance(project, zone, nameOrId, signal), project, what);
}

/** A VM without vTPM has none: the review shows it and fails it. */
const noIdentity: ShieldedIdentity = { ekPublicPem: '', ekCertificatePem: '', akPublicPem: '', akCertificatePem: '' };

async function readIdentity(
  cloud: Pick<Cloud, 'compute'>,
  { project, zone }: TargetConfig,
  instance: InstanceFacts,
  signal: AbortSignal | undefined,
): Promise<ShieldedIdentity> {
  if (instance.shielded?.enableVtpm !== true) return noIdentity;
  return required(await cloud.compute.shieldedIdentity(project, zone, instance.id, signal), project, `TPM identity of VM ${instance.id}`);
}

/**
 * The endorsement key of this algorithm that Google gives for the id of this VM: PEM SPKI.
 * @throws AppError as inspectVm, and CLOUD_NOT_FOUND for a VM without vTPM or without such a key
 */
export async function endorsementKeyOf(cloud: Pick<Cloud, 'compute'>, target: TargetConfig, algorithm: 'rsa' | 'ecc'): Promise<string> {
  const instance = await readInstance(cloud, target, undefined);
  const identity = await readIdentity(cloud, target, instance, undefined);
  if (identity.ekPublicPem === '') throw new AppError('CLOUD_NOT_FOUND', `VM ${instance.id} has no vTPM; have it made with one`);
  const pem = algorithm === 'rsa' ? identity.ekPublicPem : (identity.ecc?.ekPublicPem ?? '');
  if (pem === '') throw new AppError('CLOUD_NOT_FOUND', `Google names no ECC endorsement key of VM ${instance.id}; use --ekAlgorithm rsa`);
  return pem;
}

/** `projects/P/global/images/NAME` of the image that a disk was made from; undefined for a disk made from none. */
export const bootImageName = (disk: DiskFacts): string | undefined =>
  /(projects\/[^/]+\/global\/images\/[^/]+)$/.exec(disk.sourceImage ?? '')?.[1];

async function readHistory(
  cloud: Pick<Cloud, 'auditLog'>,
  target: TargetConfig,
  instanceIds: readonly string[],
  disks: readonly DiskFacts[],
  instance: InstanceFacts,
  options: InspectOptions,
): Promise<AuditRead> {
  const query = {
    project: target.project,
    instanceIds,
    diskIds: disks.map((disk) => disk.id),
    from: new Date(instance.createdAtSeconds * 1000 - beforeCreationMs).toISOString(),
    until: options.now.toISOString(),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.waitForQuota === undefined ? {} : { waitForQuota: options.waitForQuota }),
    withRequests: true,
    onPage: (entries: number) =>
      options.onProgress?.(`reading the audit log from ${instance.creationTimestamp}: ${entries} entries so far`),
  };
  return required(await cloud.auditLog.read(query), target.project, `audit log of project ${target.project}`);
}

const readDisk = async (
  cloud: Pick<Cloud, 'compute'>,
  target: TargetConfig,
  name: string,
  signal: AbortSignal | undefined,
): Promise<DiskFacts> =>
  required(await cloud.compute.disk(target.project, target.zone, name, signal), target.project, `disk ${name} of the VM`);

async function readBootDisk(
  cloud: Pick<Cloud, 'compute'>,
  target: TargetConfig,
  instance: InstanceFacts,
  signal: AbortSignal | undefined,
): Promise<DiskFacts> {
  const [name] = sourcesOf(instance, true);
  if (name === undefined) throw new AppError('CLOUD_NOT_FOUND', `VM ${instance.id} has no boot disk; make a new VM`);
  return readDisk(cloud, target, name, signal);
}

const sourcesOf = (instance: InstanceFacts, boot: boolean): readonly string[] =>
  instance.disks.flatMap((disk) =>
    disk.boot === boot && disk.source !== undefined ? [disk.source.slice(disk.source.lastIndexOf('/') + 1)] : [],
  );

async function readImage(cloud: Pick<Cloud, 'compute'>, disk: DiskFacts, signal: AbortSignal | undefined): Promise<Lookup<ImageFacts>> {
  const [, project, name] = /^projects\/([^/]+)\/global\/images\/([^/]+)$/.exec(bootImageName(disk) ?? '') ?? [];
  return project === undefined || name === undefined ? { kind: 'absent' } : cloud.compute.image(project, name, signal);
}

async function readProjectNumber(cloud: Pick<Cloud, 'compute'>, target: TargetConfig, signal: AbortSignal | undefined): Promise<string> {
  const lookup = await cloud.compute.projectNumber(target.project, signal);
  if (lookup.kind !== 'found') {
    if (target.projectNumber !== undefined) return target.projectNumber;
    throw new AppError('CLOUD_NOT_FOUND', `the number of project ${target.project} cannot be read; give it by --clientProjectNumber`);
  }
  if (target.projectNumber !== undefined && target.projectNumber !== lookup.value) {
    throw new AppError(
      'CONFIG_INVALID',
      `--clientProjectNumber is ${target.projectNumber}, but project ${target.project} has number ${lookup.value}`,
    );
  }
  return lookup.value;
}

/** What must be there for a review. The message names what to ask Bob for. */
function required<T>(lookup: Lookup<T>, project: string, what: string): T {
  switch (lookup.kind) {
    case 'found':
      return lookup.value;
    case 'absent':
      throw new AppError('CLOUD_NOT_FOUND', `there is no ${what}; check --clientProjectId, --clientVMZone and --clientVMId`);
    case 'forbidden':
      throw new AppError(
        'CLOUD_PERMISSION_MISSING',
        `the ${what} cannot be read: ask Bob for a role with ${lookup.permission} on project ${project}`,
        {
          context: { permission: lookup.permission },
        },
      );
  }
}
