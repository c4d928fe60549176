import { defaultBootImage, startLocalCloud, type LocalCloud, type Principal, type Vm, type VmSpec } from '../../../src/localcloud/index.js';

export const bobProject = 'bob-project';
export const zone = 'us-central1-a';
const bobEmail = 'bob@example.com';
export const aliceEmail = 'provisioner@alice-project.iam.gserviceaccount.com';
export const serviceAccount = `tokenclient@${bobProject}.iam.gserviceaccount.com`;

/** A clock that a test sets; it stands still otherwise. */
class TestClock {
  #ms = Date.parse('2026-03-01T12:00:00Z');
  readonly now = (): Date => new Date(this.#ms);
  advanceSeconds(seconds: number): void {
    this.#ms += seconds * 1000;
  }
}

export interface World {
  readonly cloud: LocalCloud;
  readonly clock: TestClock;
  readonly alice: Principal;
  readonly bob: Principal;
  /** Has the shape of a real one, and no vTPM unless `tpm: true`. */
  insert(spec?: Partial<VmSpec>): Promise<Vm>;
}

/** Bob owns bob-project; Alice has an account of her own project and no right in Bob's. */
export async function startWorld(): Promise<World> {
  const clock = new TestClock();
  const cloud = await startLocalCloud({ now: clock.now });
  const alice = await cloud.addPrincipal(aliceEmail, 'alice-project');
  const bob = await cloud.addPrincipal(bobEmail, bobProject);
  cloud.addProject('alice-project', '708288290784', alice);
  cloud.addProject(bobProject, '248928956783', bob);
  const base = { project: bobProject, zone, name: 'tokenclient', serviceAccount, bootImage: defaultBootImage, tpm: false } as const;
  const insert = (spec: Partial<VmSpec> = {}): Promise<Vm> =>
    cloud.insertVm({ ...base, metadata: { 'user-data': '#cloud-config\n' }, ...spec, by: bob });
  return { cloud, clock, alice, bob, insert };
}

/** One request to Compute with somebody's access token; the answer unparsed by any Google library. */
export async function compute(
  world: World,
  who: Principal,
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const { compute: base } = world.cloud.endpointsFor(world.bob);
  const { accessToken } = world.cloud.core.principals.issueToken(who);
  const response = await fetch(`${base}/compute/v1/${path}`, { ...init, headers: { authorization: `Bearer ${accessToken}` } });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
