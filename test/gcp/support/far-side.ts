import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../../../src/base/index.js';
import { openCloud, readEndpoints, type Cloud, type CloudOptions } from '../../../src/gcp/index.js';
import {
  defaultBootImage,
  everyPermission,
  startLocalCloud,
  type LocalCloud,
  type Principal,
  type Vm,
} from '../../../src/localcloud/index.js';

export const zone = 'us-central1-a';

/** Alice's process and Bob's project, over the wire. */
export interface FarSide {
  readonly world: LocalCloud;
  readonly alice: Principal;
  readonly bob: Principal;
  /** As Alice's server opens it, with patience for a busy machine. */
  readonly cloud: Cloud;
  /** The same with a short deadline, for far sides that do not answer. */
  readonly hasty: Cloud;
  open(options?: Partial<CloudOptions>): Cloud;
  /** As a process on Bob's VM opens it. */
  openOn(vm: Vm, options?: Partial<CloudOptions>): Cloud;
  insertVm(name?: string, tpm?: boolean): Promise<Vm>;
  stop(): Promise<void>;
}

const patientMs = 20_000;
export const deadlineMs = 400;

/** Alice may read everything in both projects. VMs have a vTPM where it is asked for. */
export async function startFarSide(): Promise<FarSide> {
  const world = await startLocalCloud({ firestore: process.env['LOCALCLOUD_FIRESTORE'] ?? 'in-process' });
  const [alice, bob] = await Promise.all([
    world.addPrincipal('server@alice.iam.gserviceaccount.com', 'alice'),
    world.addPrincipal('bob@example.com', 'bob'),
  ]);
  world.addProject('alice', '708288290784', alice);
  world.addProject('bob', '248928956783', bob);
  world.grant(alice, 'bob', [everyPermission]);
  const directory = mkdtempSync(join(tmpdir(), 'far-side-'));
  const opened: Cloud[] = [];
  const openFor = (subject: Principal | Vm, options: Partial<CloudOptions>): Cloud => {
    const file = join(directory, 'endpoints.json');
    writeFileSync(file, JSON.stringify(world.endpointsFor(subject)));
    const base = { projectId: 'alice', collection: 'records', log: silentLog, deadlineMs: patientMs, keyCoolDownMs: 0 };
    const cloud = openCloud({ ...base, endpoints: readEndpoints(file), ...options });
    opened.push(cloud);
    return cloud;
  };
  return {
    world,
    alice,
    bob,
    cloud: openFor(alice, {}),
    hasty: openFor(alice, { deadlineMs }),
    open: (options = {}) => openFor(alice, options),
    openOn: (vm, options = {}) => openFor(vm, options),
    insertVm: (name = 'tokenclient', tpm = false) =>
      world.insertVm({
        project: 'bob',
        zone,
        name,
        serviceAccount: 'tokenclient@bob.iam.gserviceaccount.com',
        bootImage: defaultBootImage,
        metadata: { 'user-data': '#cloud-config\n' },
        tpm,
        by: bob,
      }),
    stop: async () => {
      await Promise.all(opened.map((cloud) => cloud.close()));
      await world.stop();
      rmSync(directory, { recursive: true });
    },
  };
}

/** The value of a lookup that found something. */
export function valueOf<T>(lookup: { readonly kind: string; readonly value?: T }): T {
  if (lookup.kind !== 'found') throw new Error(`the answer is ${lookup.kind}`);
  return lookup.value as T;
}
