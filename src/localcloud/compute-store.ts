import { newFingerprint, newResourceId } from './ids.js';
import { notFound } from './problem.js';
import {
  diskResource,
  imageResource,
  instanceResource,
  type DiskState,
  type ImageState,
  type InstanceState,
  type MetadataState,
} from './resources.js';

/** A zone, by the shape of its name. */
const zonePattern = /^[a-z]+-[a-z]+\d{1,2}-[a-z]$/;

/** All Compute resources of the world, of all projects. */
export class ComputeStore {
  readonly #instances = new Map<string, InstanceState>();
  readonly #disks = new Map<string, DiskState>();
  readonly #images = new Map<string, ImageState>();
  readonly #projectMetadata = new Map<string, MetadataState>();
  readonly #zoneMetadata = new Map<string, MetadataState>();

  addInstance(instance: InstanceState): void {
    this.#instances.set(instanceResource(instance), instance);
  }

  removeInstance(instance: InstanceState): void {
    this.#instances.delete(instanceResource(instance));
  }

  addDisk(disk: DiskState): void {
    this.#disks.set(diskResource(disk), disk);
  }

  removeDisk(disk: DiskState): void {
    this.#disks.delete(diskResource(disk));
  }

  addImage(image: ImageState): void {
    this.#images.set(imageResource(image), image);
  }

  hasInstance(project: string, zone: string, name: string): boolean {
    return this.#instances.has(instanceResource({ project, zone, name }));
  }

  hasDisk(project: string, zone: string, name: string): boolean {
    return this.#disks.has(diskResource({ project, zone, name }));
  }

  /** By name or numeric id, as Compute accepts both. @throws Problem 404 */
  instance(project: string, zone: string, nameOrId: string): InstanceState {
    return pick(this.#instances, instanceResource({ project, zone, name: nameOrId }), nameOrId, instanceResource);
  }

  /** By name or numeric id. @throws Problem 404 */
  disk(project: string, zone: string, nameOrId: string): DiskState {
    return pick(this.#disks, diskResource({ project, zone, name: nameOrId }), nameOrId, diskResource);
  }

  /** By name or numeric id. @throws Problem 404 */
  image(project: string, nameOrId: string): ImageState {
    return pick(this.#images, imageResource({ project, name: nameOrId }), nameOrId, imageResource);
  }

  /** The VMs that a disk is attached to. */
  usersOf(disk: DiskState): readonly InstanceState[] {
    const users: InstanceState[] = [];
    for (const instance of this.#instances.values()) if (instance.attachments.some((each) => each.disk === disk)) users.push(instance);
    return users;
  }

  /** commonInstanceMetadata of a project. */
  projectMetadata(project: string): MetadataState {
    return metadataAt(this.#projectMetadata, project);
  }

  /** instanceSettings metadata of one zone of a project. @throws Problem 404 when it is not the name of a zone */
  zoneMetadata(project: string, zone: string): MetadataState {
    if (!zonePattern.test(zone)) throw notFound(`projects/${project}/zones/${zone}`);
    return metadataAt(this.#zoneMetadata, `${project}/${zone}`);
  }
}

/** Fields of a new image that nobody has to choose. */
export const newImage = (name: string, project: string, createdAt: Date): ImageState => ({
  id: newResourceId(),
  name,
  project,
  family: undefined,
  createdAt,
  overrides: {},
});

function pick<T extends { readonly id: string }>(
  all: ReadonlyMap<string, T>,
  wanted: string,
  id: string,
  resourceOf: (item: T) => string,
): T {
  const named = all.get(wanted);
  if (named !== undefined) return named;
  const parent = wanted.slice(0, wanted.lastIndexOf('/'));
  for (const item of all.values()) if (item.id === id && resourceOf(item).startsWith(`${parent}/`)) return item;
  throw notFound(wanted);
}

function metadataAt(levels: Map<string, MetadataState>, key: string): MetadataState {
  const state = levels.get(key) ?? { items: new Map<string, string>(), fingerprint: newFingerprint() };
  levels.set(key, state);
  return state;
}
