import type { CloudCore } from './core.js';
import type { ActOptions, ComputeCalls } from './compute-call.js';
import type { ComputeStore } from './compute-store.js';
import { alreadyExists, newDisk } from './config-acts.js';
import { emptyFingerprint, newFingerprint, newResourceId, resourceNameOf } from './ids.js';
import { instanceCall } from './instance-call.js';
import type { JsonObject } from './json.js';
import type { MachineTpm } from './machine.js';
import type { Operation } from './operations.js';
import { measurementsOf } from './power-acts.js';
import { invalid } from './problem.js';
import { instanceResource, type Attachment, type ConfidentialTechnology, type InstanceState, type ShieldedSettings } from './resources.js';

/** What a VM is made of. */
export interface VmSpec {
  readonly project: string;
  readonly zone: string;
  readonly name: string;
  readonly machineType?: string;
  readonly cpuPlatform?: string;
  /** E-mail; undefined makes a VM without service account. */
  readonly serviceAccount: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** `projects/P/global/images/NAME`, which must exist. */
  readonly bootImage: string;
  /** Further blank disks, made and attached by the same call. */
  readonly disks?: readonly { readonly name: string; readonly sizeGb?: number }[];
  /** Inside address; 127.0.0.1 when absent, because on loopback the VM's traffic really comes from there. */
  readonly networkIP?: string;
  readonly natIP?: string;
  readonly shielded?: Partial<ShieldedSettings>;
  readonly confidential?: ConfidentialTechnology;
  /** False: the VM has no swtpm process behind it. Enough for everything but attestation, and quicker. */
  readonly tpm?: boolean;
  /** Top-level members that instances.get shows in addition or instead. */
  readonly overrides?: JsonObject;
  /** Members that disks.get shows of the boot disk in addition or instead. */
  readonly bootDiskOverrides?: JsonObject;
}

/** instances.insert: makes the boot disk from the image, the vTPM, and boots. */
export class InsertAct {
  readonly #core: CloudCore;
  readonly #calls: ComputeCalls;
  readonly #store: ComputeStore;
  readonly #tpms: Map<string, MachineTpm>;
  readonly #makeTpm: () => Promise<MachineTpm>;

  constructor(parts: {
    readonly core: CloudCore;
    readonly calls: ComputeCalls;
    readonly store: ComputeStore;
    readonly tpms: Map<string, MachineTpm>;
    readonly makeTpm: () => Promise<MachineTpm>;
  }) {
    this.#core = parts.core;
    this.#calls = parts.calls;
    this.#store = parts.store;
    this.#tpms = parts.tpms;
    this.#makeTpm = parts.makeTpm;
  }

  /** @throws Problem 400 for an image that is not there, 409 for a name that is taken */
  insert(spec: VmSpec, act: ActOptions): { readonly instance: InstanceState; readonly operation: Operation } {
    const instance = this.#newInstance(spec);
    const operation = this.#calls.start(
      { ...instanceCall(instance, 'insert', 'compute.instances.create'), request: requestOf(spec) },
      act,
      () => this.#boot(instance, spec.tpm !== false && instance.shielded.enableVtpm),
      () => {
        if (this.#store.hasInstance(spec.project, spec.zone, spec.name)) throw alreadyExists(instanceResource(instance));
      },
    );
    return { instance, operation };
  }

  async #boot(instance: InstanceState, withTpm: boolean): Promise<void> {
    this.#store.addInstance(instance);
    for (const { disk } of instance.attachments) this.#store.addDisk(disk);
    if (withTpm) {
      const tpm = await this.#makeTpm();
      this.#tpms.set(instance.id, tpm);
      await tpm.powerOn(measurementsOf(instance));
    }
    instance.status = 'RUNNING';
    instance.lastStartAt = this.#core.now();
  }

  #newInstance(spec: VmSpec): InstanceState {
    const now = this.#core.now();
    return {
      id: newResourceId(),
      name: spec.name,
      project: spec.project,
      zone: spec.zone,
      createdAt: now,
      status: 'STAGING',
      lastStartAt: now,
      lastStopAt: undefined,
      lastSuspendAt: undefined,
      fingerprint: newFingerprint(),
      machineType: spec.machineType ?? (spec.confidential === undefined ? 'e2-medium' : 'n2d-standard-2'),
      cpuPlatform: spec.cpuPlatform ?? (spec.confidential === undefined ? 'Intel Broadwell' : 'AMD Milan'),
      metadata: { items: new Map(Object.entries(spec.metadata)), fingerprint: newFingerprint() },
      labels: new Map(Object.entries(spec.labels ?? {})),
      labelFingerprint: spec.labels === undefined ? emptyFingerprint : newFingerprint(),
      attachments: this.#newAttachments(spec, now),
      networkIP: spec.networkIP ?? '127.0.0.1',
      natIP: spec.natIP,
      networkFingerprint: newFingerprint(),
      serviceAccount: spec.serviceAccount === undefined ? undefined : accountOf(spec.serviceAccount),
      shielded: { enableSecureBoot: false, enableVtpm: true, enableIntegrityMonitoring: true, ...spec.shielded },
      confidential: spec.confidential,
      overrides: spec.overrides ?? {},
    };
  }

  #newAttachments(spec: VmSpec, now: Date): readonly Attachment[] {
    const [, project, name] = /^projects\/([^/]+)\/global\/images\/([^/]+)$/.exec(resourceNameOf(spec.bootImage) ?? '') ?? [];
    if (project === undefined || name === undefined) {
      throw invalid(`Invalid value for field 'resource.disks[0].initializeParams.sourceImage': '${spec.bootImage}'.`);
    }
    const place = { project: spec.project, zone: spec.zone };
    const sourceImage = this.#store.image(project, name);
    const boot = newDisk({ ...place, name: spec.name, sourceImage, overrides: spec.bootDiskOverrides ?? {} }, now);
    const others = (spec.disks ?? []).map((each) => newDisk({ ...place, ...each }, now));
    return [boot, ...others].map((disk, index) => {
      disk.lastAttachAt = now;
      return { disk, boot: index === 0, mode: 'READ_WRITE', deviceName: `persistent-disk-${index}`, autoDelete: index === 0 };
    });
  }
}

export const accountOf = (email: string): { readonly email: string; readonly scopes: readonly string[] } => ({
  email,
  scopes: ['https://www.googleapis.com/auth/cloud-platform'],
});

const requestOf = (spec: VmSpec): JsonObject => ({
  name: spec.name,
  disks: [{ boot: true, initializeParams: { sourceImage: spec.bootImage } }],
  ...(spec.serviceAccount === undefined ? {} : { serviceAccounts: [accountOf(spec.serviceAccount)] }),
});
