import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../../../src/base/index.js';
import { openCloud, readEndpoints } from '../../../src/gcp/index.js';
import { startLocalCloud, type LocalCloud, type Principal, type Vm, type VmSpec } from '../../../src/localcloud/index.js';
import { hardenedScript } from './article.js';

const zone = 'us-central1-a';
export const bobProject = 'tc-4f4f5a70';
const aliceProject = 'ts-project';
const bootImage = 'projects/cos-cloud/global/images/cos-stable-81-12871-119-0';
const pcr0 = '24af52a4f429b71a3184a6d64cddad17e54ea030e2aa6576bf3a5a3d8bd3328f';

/** What Bob's terraform grants to Alice's provisioner. */
export const alicePermissions = [
  'compute.instances.get',
  'compute.instances.getShieldedInstanceIdentity',
  'compute.disks.get',
  'compute.projects.get',
  'compute.instanceSettings.get',
  'logging.logEntries.list',
  'logging.views.access',
];

/** Keys with which a careful Bob makes his VM. */
const hardenedMetadata = {
  'user-data': hardenedScript,
  'block-project-ssh-keys': 'TRUE',
  'serial-port-enable': 'FALSE',
  'serial-port-logging-enable': 'FALSE',
  'enable-oslogin': 'FALSE',
  'enable-osconfig': 'FALSE',
};

export interface World {
  readonly cloud: LocalCloud;
  readonly alice: Principal;
  readonly bob: Principal;
  readonly directory: string;
  /** What `insert` gives a VM unless told otherwise. */
  readonly hardened: Readonly<Record<string, string>>;
  insert(spec?: Partial<VmSpec>): Promise<Vm>;
  stop(): Promise<void>;
}

/** Alice, Bob, their projects, and a directory with the article's secrets file. */
export async function startWorld(): Promise<World> {
  const cloud = await startLocalCloud();
  const alice = await cloud.addPrincipal('alice@esodemoapp2.com', aliceProject);
  const bob = await cloud.addPrincipal('admin@esodemoapp2.com', bobProject);
  cloud.addProject(aliceProject, '708288290784', alice);
  cloud.addProject(bobProject, '634665912513', bob);
  cloud.grant(alice, bobProject, alicePermissions);
  const directory = mkdtempSync(join(tmpdir(), 'provisioner-'));
  writeFileSync(join(directory, 'endpoints.json'), JSON.stringify(cloud.endpointsFor(alice)));
  writeFileSync(join(directory, 'secrets.json'), JSON.stringify([{ name: 'secret1', type: 'RAW', data: 'Zm9vb2Jhcg==' }]));
  const base = { project: bobProject, zone, name: 'tokenclient', bootImage, metadata: hardenedMetadata, natIP: '34.121.225.36' };
  const serviceAccount = `tokenclient@${bobProject}.iam.gserviceaccount.com`;
  return {
    cloud,
    alice,
    bob,
    directory,
    hardened: hardenedMetadata,
    insert: (spec = {}) => cloud.insertVm({ ...base, serviceAccount, shielded: { enableSecureBoot: true }, ...spec, by: bob }),
    stop: async () => {
      await cloud.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Flags that every approval of a VM needs. */
export const approvalFlags = (world: World, vm: Pick<Vm, 'id'>): string[] => [
  '--fireStoreProjectId',
  aliceProject,
  ...vmFlags(world, vm),
  '--secretsFile',
  join(world.directory, 'secrets.json'),
  '--acceptClearSecrets',
  '--peerAddress',
  '34.121.225.36',
  '--peerSerialNumber=5',
  '--attestationPCRValue',
  pcr0,
  '--maxReleases',
  '3',
  '--approvedBy',
  'alice',
];

export const vmFlags = (world: World, vm: Pick<Vm, 'id'>): string[] => [
  '--clientProjectId',
  bobProject,
  '--clientVMZone',
  zone,
  '--clientVMId',
  vm.id,
  '--endpoints',
  join(world.directory, 'endpoints.json'),
];

/** Opens the same cloud as Alice's server would, to see what is stored. */
export const openedFor = (world: World, collection = 'foo'): ReturnType<typeof openCloud> =>
  openCloud({ projectId: aliceProject, collection, endpoints: readEndpoints(join(world.directory, 'endpoints.json')), log: silentLog });
