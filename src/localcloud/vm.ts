import type { ActOptions } from './compute-call.js';
import type { Compute } from './compute-service.js';
import type { CloudCore } from './core.js';
import { hostEvent, type HostEvent } from './host-events.js';
import { accountOf } from './insert-act.js';
import type { Operation } from './operations.js';
import type { Principal } from './principals.js';
import type { DiskState, InstanceState, InstanceStatus, ShieldedSettings } from './resources.js';

/** Whom to act as and how; whoever made the VM, through v1, when nothing is said. */
export type VmActOptions = Partial<ActOptions>;

export interface VmParts {
  readonly core: CloudCore;
  readonly compute: Compute;
  readonly instance: InstanceState;
  readonly owner: Principal;
  readonly metadataUrl: string;
}

/**
 * Bob's VM, in the hands of a test or a person. Every act is a call to Compute by a named principal: it needs the
 * permission, writes its audit entries, and resolves when the operation has ended.
 */
export class Vm {
  readonly id: string;
  readonly name: string;
  readonly project: string;
  readonly zone: string;
  /** Base URL of the VM's own metadata server. */
  readonly metadataUrl: string;
  readonly #core: CloudCore;
  readonly #compute: Compute;
  readonly #instance: InstanceState;
  readonly #owner: Principal;

  constructor(parts: VmParts) {
    const { instance } = parts;
    this.id = instance.id;
    this.name = instance.name;
    this.project = instance.project;
    this.zone = instance.zone;
    this.metadataUrl = parts.metadataUrl;
    this.#core = parts.core;
    this.#compute = parts.compute;
    this.#instance = instance;
    this.#owner = parts.owner;
  }

  /** E-mail of the attached service account. */
  get serviceAccount(): string | undefined {
    return this.#instance.serviceAccount?.email;
  }

  /** The address that others see: the external one where there is one. */
  get address(): string {
    return this.#instance.natIP ?? this.#instance.networkIP;
  }

  get status(): InstanceStatus {
    return this.#instance.status;
  }

  get fingerprint(): string {
    return this.#instance.fingerprint;
  }

  get metadata(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#instance.metadata.items);
  }

  /** For the client's `--tpm`. @throws Error when the VM was made without a vTPM */
  get tpmLocation(): string {
    const tpm = this.#compute.tpms.get(this.id);
    if (tpm === undefined) throw new Error(`${this.name} has no vTPM`);
    return tpm.location;
  }

  /** instances.setMetadata: these items and no others. */
  setMetadata(items: Readonly<Record<string, string>>, options?: VmActOptions): Promise<void> {
    const edit = { items: new Map(Object.entries(items)), fingerprint: this.#instance.metadata.fingerprint };
    return this.#act(options, (act) => this.#compute.acts.metadata.setInstance(this.#instance, edit, act));
  }

  /** The same edit by instances.update: the log names another method. */
  updateMetadata(items: Readonly<Record<string, string>>, options?: VmActOptions): Promise<void> {
    const edit = { items: new Map(Object.entries(items)), fingerprint: this.#instance.metadata.fingerprint };
    return this.#act(options, (act) => this.#compute.acts.metadata.setInstance(this.#instance, edit, act, 'update'));
  }

  /** instances.setMetadata with what is there and these items. */
  addMetadata(items: Readonly<Record<string, string>>, options?: VmActOptions): Promise<void> {
    return this.setMetadata({ ...this.metadata, ...items }, options);
  }

  /** projects.setCommonInstanceMetadata of the VM's project: these items and no others. */
  setProjectMetadata(items: Readonly<Record<string, string>>, options?: VmActOptions): Promise<void> {
    const project = this.#core.projects.find(this.project);
    if (project === undefined) throw new Error(`project ${this.project} is gone`);
    const edit = { items: new Map(Object.entries(items)), fingerprint: this.#compute.store.projectMetadata(project.id).fingerprint };
    return this.#act(options, (act) => this.#compute.acts.metadata.setProject(project, edit, act));
  }

  /** instanceSettings.patch of the VM's zone; null removes a key. */
  setZoneMetadata(items: Readonly<Record<string, string | null>>, options?: VmActOptions): Promise<void> {
    const project = this.#core.projects.find(this.project);
    if (project === undefined) throw new Error(`project ${this.project} is gone`);
    const { fingerprint } = this.#compute.store.zoneMetadata(this.project, this.zone);
    const patch = new Map(Object.entries(items));
    return this.#act(options, (act) => this.#compute.acts.metadata.patchZone(project, this.zone, patch, fingerprint, act));
  }

  stop(options?: VmActOptions): Promise<void> {
    return this.#act(options, (act) => this.#compute.acts.power.stop(this.#instance, act));
  }

  /** A new boot: the vTPM is reset, its PCRs are extended anew, its reset counter has grown. */
  start(options?: VmActOptions): Promise<void> {
    return this.#act(options, (act) => this.#compute.acts.power.start(this.#instance, act));
  }

  reset(options?: VmActOptions): Promise<void> {
    return this.#act(options, (act) => this.#compute.acts.power.reset(this.#instance, act));
  }

  /** Memory and vTPM stay as they are; nothing boots when it resumes. */
  suspend(options?: VmActOptions): Promise<void> {
    return this.#act(options, (act) => this.#compute.acts.power.suspend(this.#instance, act));
  }

  resume(options?: VmActOptions): Promise<void> {
    return this.#act(options, (act) => this.#compute.acts.power.resume(this.#instance, act));
  }

  delete(options?: VmActOptions): Promise<void> {
    return this.#act(options, (act) => this.#compute.acts.power.delete(this.#instance, act));
  }

  /** Makes a blank disk by disks.insert and attaches it; its device name is its name. */
  async attachDisk(name: string, options?: VmActOptions): Promise<void> {
    const place = { project: this.project, zone: this.zone, name };
    const { disk, operation } = this.#compute.acts.config.insertDisk(place, this.#options(options));
    await settled(operation);
    await this.reattachDisk(disk, options);
  }

  /** Attaches a disk that exists, the boot disk again for example. */
  reattachDisk(disk: DiskState, options?: VmActOptions & { readonly boot?: boolean }): Promise<void> {
    const { boot = false, ...rest } = options ?? {};
    const attachment = { disk, boot, mode: 'READ_WRITE', deviceName: disk.name, autoDelete: false } as const;
    return this.#act(rest, (act) => this.#compute.acts.config.attachDisk(this.#instance, attachment, act));
  }

  /** By device name; gives the disk that came off. */
  async detachDisk(deviceName: string, options?: VmActOptions): Promise<DiskState> {
    const found = this.#instance.attachments.find((each) => each.deviceName === deviceName);
    await this.#act(options, (act) => this.#compute.acts.config.detachDisk(this.#instance, deviceName, act));
    if (found === undefined) throw new Error(`no disk has the device name ${deviceName}`);
    return found.disk;
  }

  /** disks.createSnapshot of the boot disk: visible in the log only, under the disk's resource. */
  snapshotBootDisk(options?: VmActOptions): Promise<void> {
    const boot = this.#instance.attachments.find((each) => each.boot);
    if (boot === undefined) throw new Error(`${this.name} has no boot disk`);
    return this.#act(options, (act) => this.#compute.acts.config.createSnapshot(boot.disk, act));
  }

  /** instances.setServiceAccount; the VM must be stopped. */
  setServiceAccount(email: string | undefined, options?: VmActOptions): Promise<void> {
    const account = email === undefined ? undefined : accountOf(email);
    return this.#act(options, (act) => this.#compute.acts.config.setServiceAccount(this.#instance, account, act));
  }

  /** instances.updateShieldedInstanceConfig; the VM must be stopped. */
  setShieldedConfig(settings: Partial<ShieldedSettings>, options?: VmActOptions): Promise<void> {
    return this.#act(options, (act) => this.#compute.acts.config.setShielded(this.#instance, settings, act));
  }

  setLabels(labels: Readonly<Record<string, string>>, options?: VmActOptions): Promise<void> {
    const next = new Map(Object.entries(labels));
    const { labelFingerprint } = this.#instance;
    return this.#act(options, (act) => this.#compute.acts.config.setLabels(this.#instance, next, labelFingerprint, act));
  }

  /** instances.setMachineType; the VM must be stopped. */
  setMachineType(machineType: string, options?: VmActOptions): Promise<void> {
    return this.#act(options, (act) => this.#compute.acts.config.setMachineType(this.#instance, machineType, act));
  }

  /** Gives the instance a fingerprint: Google does not say whether a state that returns has its old one. This plays the worst case. */
  forceFingerprint(fingerprint: string): void {
    this.#instance.fingerprint = fingerprint;
  }

  /** Something that Google's side does on its own. */
  hostEvent(event: HostEvent): Promise<void> {
    return hostEvent(this.#core, this.#compute.tpms, this.#instance, event);
  }

  #options(options: VmActOptions | undefined): ActOptions {
    return { by: this.#owner, ...options };
  }

  async #act(options: VmActOptions | undefined, start: (act: ActOptions) => Operation): Promise<void> {
    await settled(start(this.#options(options)));
  }
}

/** Waits for an operation. @throws Problem when it ended badly */
export async function settled(operation: Operation): Promise<void> {
  await operation.done;
  if (operation.problem !== undefined) throw operation.problem;
}
