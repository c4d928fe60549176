import type { CloudCore } from './core.js';
import type { ActOptions, ComputeCalls } from './compute-call.js';
import type { ComputeStore } from './compute-store.js';
import { newFingerprint, newResourceId } from './ids.js';
import { diskCall, instanceCall } from './instance-call.js';
import type { JsonObject } from './json.js';
import type { Operation } from './operations.js';
import { requireStatus } from './power-acts.js';
import { conditionNotMet, invalid, Problem } from './problem.js';
import { diskResource, type Attachment, type DiskState, type ImageState, type InstanceState, type ShieldedSettings } from './resources.js';

export interface NewDisk {
  readonly project: string;
  readonly zone: string;
  readonly name: string;
  readonly sizeGb?: number;
  readonly sourceImage?: ImageState;
  /** Members that disks.get shows in addition or instead. */
  readonly overrides?: JsonObject;
}

/** Disks, service account, labels, machine type and shielded settings of a VM. Each changes the instance's fingerprint. */
export class ConfigActs {
  readonly #core: CloudCore;
  readonly #calls: ComputeCalls;
  readonly #store: ComputeStore;

  constructor(core: CloudCore, calls: ComputeCalls, store: ComputeStore) {
    this.#core = core;
    this.#calls = calls;
    this.#store = store;
  }

  /** instances.attachDisk: appends a disk, which must not be attached for writing elsewhere. */
  attachDisk(instance: InstanceState, attachment: Attachment, act: ActOptions): Operation {
    return this.#change(
      instance,
      'attachDisk',
      act,
      () => {
        attachment.disk.lastAttachAt = this.#core.now();
        instance.attachments = [...instance.attachments, attachment];
      },
      () => {
        if (this.#store.usersOf(attachment.disk).length > 0) {
          throw new Problem(
            400,
            'resourceInUseByAnotherResource',
            `The disk resource '${diskResource(attachment.disk)}' is already being used`,
          );
        }
      },
    );
  }

  /** instances.detachDisk, by device name. The boot disk only of a stopped VM. */
  detachDisk(instance: InstanceState, deviceName: string, act: ActOptions): Operation {
    const found = instance.attachments.find((each) => each.deviceName === deviceName);
    return this.#change(
      instance,
      'detachDisk',
      act,
      () => {
        if (found !== undefined) found.disk.lastDetachAt = this.#core.now();
        instance.attachments = instance.attachments.filter((each) => each !== found);
      },
      () => {
        if (found === undefined) throw invalid(`Invalid value for field 'deviceName': '${deviceName}'. No attached disk found.`);
        if (found.boot) requireStatus(instance, 'TERMINATED');
      },
    );
  }

  /** instances.setServiceAccount: only of a stopped VM; undefined takes it away. */
  setServiceAccount(instance: InstanceState, account: InstanceState['serviceAccount'], act: ActOptions): Operation {
    return this.#change(
      instance,
      'setServiceAccount',
      act,
      () => {
        instance.serviceAccount = account;
      },
      () => requireStatus(instance, 'TERMINATED'),
    );
  }

  /** instances.updateShieldedInstanceConfig: only of a stopped VM; what is not named stays. */
  setShielded(instance: InstanceState, settings: Partial<ShieldedSettings>, act: ActOptions): Operation {
    return this.#change(
      instance,
      'updateShieldedInstanceConfig',
      act,
      () => {
        instance.shielded = { ...instance.shielded, ...settings };
      },
      () => requireStatus(instance, 'TERMINATED'),
    );
  }

  /** instances.setLabels: replaces all labels. @throws Problem 412 when the fingerprint is not the present one */
  setLabels(instance: InstanceState, labels: ReadonlyMap<string, string>, fingerprint: string | undefined, act: ActOptions): Operation {
    return this.#change(
      instance,
      'setLabels',
      act,
      () => {
        instance.labels = labels;
        instance.labelFingerprint = newFingerprint();
      },
      () => {
        if (fingerprint !== instance.labelFingerprint)
          throw conditionNotMet('Labels fingerprint either invalid or resource labels have changed');
      },
    );
  }

  /** instances.setMachineType: only of a stopped VM. */
  setMachineType(instance: InstanceState, machineType: string, act: ActOptions): Operation {
    return this.#change(
      instance,
      'setMachineType',
      act,
      () => {
        instance.machineType = machineType;
      },
      () => requireStatus(instance, 'TERMINATED'),
    );
  }

  /** disks.insert: a blank disk, or one made from an image. */
  insertDisk(spec: NewDisk, act: ActOptions): { readonly disk: DiskState; readonly operation: Operation } {
    const disk = newDisk(spec, this.#core.now());
    const operation = this.#calls.start(
      diskCall(disk, 'insert', 'compute.disks.create'),
      act,
      () => this.#store.addDisk(disk),
      () => {
        if (this.#store.hasDisk(spec.project, spec.zone, spec.name)) throw alreadyExists(diskResource(disk));
      },
    );
    return { disk, operation };
  }

  /** disks.createSnapshot: nothing that the VM's own resource would show; only the log knows. */
  createSnapshot(disk: DiskState, act: ActOptions): Operation {
    return this.#calls.start(diskCall(disk, 'createSnapshot'), act, () => undefined);
  }

  #change(instance: InstanceState, verb: string, act: ActOptions, effect: () => void, precondition?: () => void): Operation {
    const work = (): void => {
      effect();
      instance.fingerprint = newFingerprint();
    };
    return this.#calls.start(instanceCall(instance, verb), act, work, precondition);
  }
}

export const alreadyExists = (resource: string): Problem => new Problem(409, 'alreadyExists', `The resource '${resource}' already exists`);

/** A disk that is attached to nothing yet. */
export const newDisk = (spec: NewDisk, createdAt: Date): DiskState => ({
  id: newResourceId(),
  name: spec.name,
  project: spec.project,
  zone: spec.zone,
  sizeGb: spec.sizeGb ?? 10,
  sourceImage: spec.sourceImage,
  createdAt,
  lastAttachAt: undefined,
  lastDetachAt: undefined,
  overrides: spec.overrides ?? {},
});
