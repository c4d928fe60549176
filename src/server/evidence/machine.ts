import { absent, type DiskFacts, type InstanceFacts, type Lookup, type Metadata, type ShieldedIdentity } from '../../facts/index.js';
import type { MachineArrival } from '../../appraisal/index.js';
import type { ComputeReader } from '../../gcp/index.js';
import type { ProvisioningRecord } from '../../record/index.js';
import { SingleFlight } from './single-flight.js';

type Machine = MachineArrival['machine'];

/**
 * Reads a VM, its disks and the metadata of its project and zone as they are now. Names come from the record, never from
 * the caller; the VM is asked for by its numeric id. Of its disks one more is read than are approved. Callers that ask for one VM at the same time share the answer,
 * and those of VMs in one project or zone share its metadata.
 */
export class MachineReader {
  readonly #compute: ComputeReader;
  readonly #machines = new SingleFlight<Machine>();
  readonly #metadata = new SingleFlight<Lookup<Metadata>>();
  readonly #identities = new SingleFlight<Lookup<ShieldedIdentity>>();

  constructor(compute: ComputeReader) {
    this.#compute = compute;
  }

  /** @throws AppError CLOUD_UNAVAILABLE */
  async read({ client_project, client_zone, instanceid, approved_disk_ids }: ProvisioningRecord): Promise<Machine> {
    const maxDisks = approved_disk_ids.length + 1;
    return await this.#machines.run(`${client_project}/${client_zone}/${instanceid}/${maxDisks}`, async () => {
      const [vm, projectMetadata, zoneMetadata] = await Promise.all([
        this.#instanceAndDisks(client_project, client_zone, instanceid, maxDisks),
        this.#metadata.run(client_project, () => this.#compute.projectMetadata(client_project)),
        this.#metadata.run(`${client_project}/${client_zone}`, () => this.#compute.zoneMetadata(client_project, client_zone)),
      ]);
      return assemble(vm, projectMetadata, zoneMetadata);
    });
  }

  /** The TPM keys that Google knows of this VM. @throws AppError CLOUD_UNAVAILABLE */
  async shieldedIdentity({ client_project, client_zone, instanceid }: ProvisioningRecord): Promise<Lookup<ShieldedIdentity>> {
    return await this.#identities.run(`${client_project}/${client_zone}/${instanceid}`, () =>
      this.#compute.shieldedIdentity(client_project, client_zone, instanceid),
    );
  }

  /** Bob may attach 128 disks, and nothing is judged yet: one disk more than the approved ones is enough to be refused for. */
  async #instanceAndDisks(project: string, zone: string, id: string, maxDisks: number): Promise<InstanceAndDisks> {
    const instance = await this.#compute.instance(project, zone, id);
    if (instance.kind !== 'found') return { instance, bootDisk: absent, otherDisks: [] };
    const boot = instance.value.disks.find((disk) => disk.boot);
    const others = instance.value.disks.filter((disk) => disk !== boot).slice(0, maxDisks - 1);
    const [bootDisk, ...otherDisks] = await Promise.all(
      [boot, ...others].map((disk) => this.#disk(disk === undefined ? undefined : disk.source)),
    );
    return { instance, bootDisk: bootDisk ?? absent, otherDisks };
  }

  /** A disk without a URL (local SSD), or with one that is not of a zonal disk, counts as one that is not there. */
  async #disk(source: string | undefined): Promise<Lookup<DiskFacts>> {
    const match = /\/projects\/([^/]+)\/zones\/([^/]+)\/disks\/([^/]+)$/.exec(source ?? '');
    const [, project, zone, name] = match ?? [];
    if (project === undefined || zone === undefined || name === undefined) return absent;
    return await this.#compute.disk(project, zone, name);
  }
}

interface InstanceAndDisks {
  readonly instance: Lookup<InstanceFacts>;
  readonly bootDisk: Lookup<DiskFacts>;
  readonly otherDisks: readonly Lookup<DiskFacts>[];
}

const assemble = (vm: InstanceAndDisks, projectMetadata: Lookup<Metadata>, zoneMetadata: Lookup<Metadata>): Machine => ({
  ...vm,
  projectMetadata,
  zoneMetadata,
});
