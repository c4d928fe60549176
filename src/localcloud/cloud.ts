import {
  createBackingStores,
  startBackingServices,
  type BackingServices,
  type BackingStores,
  type FirestoreChoice,
} from './backing-services.js';
import { createCompute, startComputeService, type Compute } from './compute-service.js';
import { newImage } from './compute-store.js';
import { createCore, type CloudCore, type RunningService } from './core.js';
import type { EndpointsFile } from './endpoints-file.js';
import type { Api } from './faults.js';
import { IdentityTokens } from './identity-tokens.js';
import { addPublicImages, cosProject } from './images.js';
import type { VmSpec } from './insert-act.js';
import { newResourceId } from './ids.js';
import type { JsonObject } from './json.js';
import { jwksPath, startJwksService } from './jwks-service.js';
import type { MachineTpm } from './machine.js';
import { startMetadataServer } from './metadata-server.js';
import { everyPermission, type Principal } from './principals.js';
import type { Project } from './projects.js';
import { imageResource } from './resources.js';
import { settled, Vm, type VmActOptions } from './vm.js';
import { metadataSubjectOf } from './vm-metadata.js';
import { createVtpm } from './vtpm.js';

export interface LocalCloudOptions {
  /** The cloud's clock; the machine's when absent. */
  readonly now?: () => Date;
  readonly firestore?: FirestoreChoice;
  /** What stands behind each VM as its vTPM; a swtpm process when absent. */
  readonly makeTpm?: () => Promise<MachineTpm>;
}

interface CloudParts {
  readonly core: CloudCore;
  readonly compute: Compute;
  readonly tokens: IdentityTokens;
  readonly computeService: RunningService;
  readonly jwksService: RunningService;
  readonly backing: BackingServices;
  readonly stores: BackingStores;
}

/** Starts every fake on a free port of 127.0.0.1. The world is empty but for the public images. */
export async function startLocalCloud(options: LocalCloudOptions = {}): Promise<LocalCloud> {
  const core = createCore(options.now ?? (() => new Date()));
  const compute = createCompute(core, options.makeTpm ?? createVtpm);
  core.projects.add(cosProject.id, cosProject.number);
  addPublicImages(compute.store);
  const tokens = await IdentityTokens.create(core.now);
  const stores = createBackingStores(core);
  const [computeService, jwksService, backing] = await Promise.all([
    startComputeService(core, compute),
    startJwksService(core, tokens),
    startBackingServices(core, stores, options.firestore ?? 'in-process'),
  ]);
  return new LocalCloud({ core, compute, tokens, computeService, jwksService, backing, stores });
}

/** Google Cloud on loopback, as a test or a person holds it: accounts, rights, VMs, faults, the log. */
export class LocalCloud {
  readonly core: CloudCore;
  readonly #parts: CloudParts;
  readonly #metadataServers = new Map<Principal | Vm, RunningService>();

  constructor(parts: CloudParts) {
    this.core = parts.core;
    this.#parts = parts;
  }

  get faults(): CloudCore['faults'] {
    return this.core.faults;
  }

  get auditLog(): CloudCore['auditLog'] {
    return this.core.auditLog;
  }

  get projects(): readonly Project[] {
    return this.core.projects.all();
  }

  /** Requests that a service has seen since the start, refused ones included. */
  calls(api: Api): number {
    return this.core.calls.count(api);
  }

  /** `number` is decimal, up to 12 digits. The owner, if named, may do everything in it. */
  addProject(id: string, number: string, owner?: Principal): Project {
    if (owner !== undefined) this.core.principals.grant(owner, id, [everyPermission]);
    return this.core.projects.add(id, number);
  }

  /** An account with a metadata server that gives its access tokens; `projectId` is what that server calls its project. */
  async addPrincipal(email: string, projectId: string): Promise<Principal> {
    const principal = this.core.principals.named(email);
    const subject = {
      principal: () => principal,
      projectId,
      projectNumber: this.core.projects.find(projectId)?.number ?? '0',
      machine: undefined,
    };
    await this.#metadataServers.get(principal)?.close();
    this.#metadataServers.set(principal, await startMetadataServer(this.core, subject));
    return principal;
  }

  grant(principal: Principal, projectId: string, permissions: readonly string[]): void {
    this.core.principals.grant(principal, projectId, permissions);
  }

  /** All permissions of the project when none are named. */
  revokeGrant(principal: Principal, projectId: string, permissions?: readonly string[]): void {
    this.core.principals.revokeGrant(principal, projectId, permissions);
  }

  /** A custom image; gives its resource name, for `bootImage`. */
  addImage(projectId: string, name: string, overrides: JsonObject = {}): string {
    const image = { ...newImage(name, projectId, this.core.now()), overrides };
    this.#parts.compute.store.addImage(image);
    return imageResource(image);
  }

  /** What stands behind Secret Manager, KMS and the log's quota. */
  get stores(): BackingStores {
    return this.#parts.stores;
  }

  /** Adds a version to a secret of a project, which is made if it is not there. @returns the number of the version */
  addSecretVersion(projectId: string, secretId: string, data: Uint8Array): number {
    const project = this.core.projects.find(projectId);
    if (project === undefined) throw new Error(`there is no project ${projectId}`);
    return this.stores.secrets.addVersion(project.number, secretId, data);
  }

  /** instances.insert by this principal; resolves when the VM runs. @throws Problem as the real call would fail */
  async insertVm(spec: VmSpec & VmActOptions & { readonly by: Principal }): Promise<Vm> {
    const { by, apiVersion, auditDelayMs, ...vmSpec } = spec;
    const act = { by, ...(apiVersion === undefined ? {} : { apiVersion }), ...(auditDelayMs === undefined ? {} : { auditDelayMs }) };
    const { instance, operation } = this.#parts.compute.acts.insert.insert(vmSpec, act);
    await settled(operation);
    return this.#adopt(instance.project, instance.zone, instance.name, by);
  }

  /** The VM of that name as an object to act on, however it was made. @throws Problem 404 */
  vm(projectId: string, zone: string, name: string, owner: Principal): Promise<Vm> {
    const known = this.vms().find((vm) => vm.project === projectId && vm.zone === zone && vm.name === name);
    return known === undefined ? this.#adopt(projectId, zone, name, owner) : Promise.resolve(known);
  }

  /**
   * Another VM exactly like this one but for its name and the ids of VM and boot disk, for load: it has no metadata server and
   * no log entries, and it shares the vTPM of its model.
   */
  copyVm({ project, zone, name: model }: Vm, name: string): { readonly id: string; readonly bootDiskId: string } {
    const { store, tpms } = this.#parts.compute;
    const original = store.instance(project, zone, model);
    const bootDiskId = newResourceId();
    const attachments = original.attachments
      .filter(({ boot }) => boot)
      .map((each) => ({ ...each, disk: { ...each.disk, id: bootDiskId, name } }));
    const copy = { ...original, id: newResourceId(), name, attachments };
    store.addInstance(copy);
    for (const { disk } of attachments) store.addDisk(disk);
    const tpm = tpms.get(original.id);
    if (tpm !== undefined) tpms.set(copy.id, tpm);
    return { id: copy.id, bootDiskId };
  }

  /** VMs made by insertVm or found by vm(). */
  vms(): readonly Vm[] {
    return [...this.#metadataServers.keys()].filter((key) => key instanceof Vm);
  }

  /** A new key signs identity tokens; `withdraw` also unpublishes the one before. */
  rotateKeys(withdraw = false): Promise<void> {
    return this.#parts.tokens.rotate(withdraw);
  }

  /** A token with Google's signature and these claims, whatever they are: what another product of Google might sign. */
  signIdentityToken(claims: JsonObject): string {
    return this.#parts.tokens.sign(claims);
  }

  /** Where a principal made by addPrincipal, or a VM, finds everything. */
  endpointsFor(subject: Principal | Vm): EndpointsFile {
    const metadata = this.#metadataServers.get(subject);
    if (metadata === undefined) throw new Error('only a VM, or a principal made by addPrincipal, has a metadata server');
    const { backing, computeService, jwksService } = this.#parts;
    return {
      metadata: `http://${metadata.address}`,
      jwks: `http://${jwksService.address}${jwksPath}`,
      compute: `http://${computeService.address}`,
      loggingRest: `http://${backing.loggingRest.address}`,
      loggingGrpc: backing.loggingGrpc.address,
      firestore: backing.firestore.address,
      secretManager: backing.secretManager.address,
      kms: backing.kms.address,
      iam: `http://${backing.iam.address}`,
    };
  }

  /** Ends every server, every connection and every vTPM. */
  async stop(): Promise<void> {
    const { backing, compute, computeService, jwksService } = this.#parts;
    const servers = [computeService, jwksService, ...Object.values<RunningService>({ ...backing }), ...this.#metadataServers.values()];
    await Promise.all([...servers.map((server) => server.close()), ...[...compute.tpms.values()].map((tpm) => tpm.destroy())]);
  }

  async #adopt(projectId: string, zone: string, name: string, owner: Principal): Promise<Vm> {
    const { compute, tokens } = this.#parts;
    const instance = compute.store.instance(projectId, zone, name);
    const server = await startMetadataServer(this.core, metadataSubjectOf(this.core, compute, tokens, instance));
    const vm = new Vm({ core: this.core, compute, instance, owner, metadataUrl: `http://${server.address}` });
    this.#metadataServers.set(vm, server);
    return vm;
  }
}
