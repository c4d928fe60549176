import type { ActOptions, ComputeCalls } from './compute-call.js';
import type { ComputeStore } from './compute-store.js';
import { newFingerprint } from './ids.js';
import type { JsonObject } from './json.js';
import type { Operation } from './operations.js';
import { conditionNotMet } from './problem.js';
import type { Project } from './projects.js';
import { instanceCall } from './instance-call.js';
import type { InstanceState, MetadataState } from './resources.js';

/** A metadata edit: all items of the level after it, and the fingerprint that the editor saw. */
export interface MetadataEdit {
  readonly items: ReadonlyMap<string, string>;
  readonly fingerprint: string | undefined;
}

/** Metadata edits on the three levels. Only the instance's own changes the instance's fingerprint. */
export class MetadataActs {
  readonly #calls: ComputeCalls;
  readonly #store: ComputeStore;

  constructor(calls: ComputeCalls, store: ComputeStore) {
    this.#calls = calls;
    this.#store = store;
  }

  /**
   * Replaces the instance's whole list, by instances.setMetadata or by instances.update, which carries metadata among other
   * things. @throws Problem 412 when the fingerprint is not the present one
   */
  setInstance(instance: InstanceState, edit: MetadataEdit, act: ActOptions, verb: 'setMetadata' | 'update' = 'setMetadata'): Operation {
    const delta = deltaOf(instance.metadata, edit.items);
    const call = {
      ...instanceCall(instance, verb),
      request: requestOf(delta),
      metadata: { instanceMetadataDelta: delta },
    };
    return this.#calls.start(
      call,
      act,
      () => {
        replace(instance.metadata, edit.items);
        instance.fingerprint = newFingerprint();
      },
      () => checkFingerprint(instance.metadata, edit, 'metadata'),
    );
  }

  /** projects.setCommonInstanceMetadata: replaces the whole list. */
  setProject(project: Project, edit: MetadataEdit, act: ActOptions): Operation {
    const metadata = this.#store.projectMetadata(project.id);
    const delta = deltaOf(metadata, edit.items);
    const call = {
      method: 'compute.projects.setCommonInstanceMetadata',
      permission: 'compute.projects.setCommonInstanceMetadata',
      project: project.id,
      zone: undefined,
      resourceName: `projects/${project.id}`,
      resource: { type: 'gce_project', labels: { project_id: project.id } },
      targetId: project.number,
      request: requestOf(delta),
      metadata: { projectMetadataDelta: delta },
    };
    return this.#calls.start(
      call,
      act,
      () => replace(metadata, edit.items),
      () => checkFingerprint(metadata, edit, 'metadata'),
    );
  }

  /** instanceSettings.patch: merges; a null value removes a key. */
  patchZone(
    project: Project,
    zone: string,
    patch: ReadonlyMap<string, string | null>,
    fingerprint: string | undefined,
    act: ActOptions,
  ): Operation {
    const metadata = this.#store.zoneMetadata(project.id, zone);
    const merged = new Map(metadata.items);
    for (const [key, value] of patch) {
      if (value === null) merged.delete(key);
      else merged.set(key, value);
    }
    const resourceName = `projects/${project.id}/zones/${zone}/instanceSettings`;
    const call = {
      method: 'compute.instanceSettings.patch',
      permission: 'compute.instanceSettings.update',
      project: project.id,
      zone,
      resourceName,
      resource: {
        type: 'audited_resource',
        labels: { project_id: project.id, service: 'compute.googleapis.com', method: 'compute.instanceSettings.patch' },
      },
      targetId: project.number,
      request: requestOf(deltaOf(metadata, merged)),
    };
    return this.#calls.start(
      call,
      act,
      () => replace(metadata, merged),
      () => checkFingerprint(metadata, { items: merged, fingerprint }, 'instance settings'),
    );
  }
}

function replace(metadata: MetadataState, items: ReadonlyMap<string, string>): void {
  metadata.items = new Map(items);
  metadata.fingerprint = newFingerprint();
}

function checkFingerprint(metadata: MetadataState, edit: MetadataEdit, what: string): void {
  if (edit.fingerprint === metadata.fingerprint) return;
  throw conditionNotMet(`Supplied fingerprint does not match current ${what} fingerprint.`);
}

/** Which keys an edit adds, changes and removes; never their values. */
function deltaOf(metadata: MetadataState, after: ReadonlyMap<string, string>): JsonObject {
  const before = metadata.items;
  const added = [...after.keys()].filter((key) => !before.has(key));
  const modified = [...after].filter(([key, value]) => before.has(key) && before.get(key) !== value).map(([key]) => key);
  const deleted = [...before.keys()].filter((key) => !after.has(key));
  return {
    ...(added.length === 0 ? {} : { addedMetadataKeys: added }),
    ...(modified.length === 0 ? {} : { modifiedMetadataKeys: modified }),
    ...(deleted.length === 0 ? {} : { deletedMetadataKeys: deleted }),
  };
}

const requestOf = (delta: JsonObject): JsonObject => ({
  ...(delta['addedMetadataKeys'] === undefined ? {} : { 'Metadata Keys Added': delta['addedMetadataKeys'] }),
  ...(delta['modifiedMetadataKeys'] === undefined ? {} : { 'Metadata Keys Modified': delta['modifiedMetadataKeys'] }),
  ...(delta['deletedMetadataKeys'] === undefined ? {} : { 'Metadata Keys Deleted': delta['deletedMetadataKeys'] }),
});
