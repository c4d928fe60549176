// The local cloud in its own process, with an approved fleet: one VM that the real provisioner reviewed, and copies of it that
// differ in id and name. Their records are copies too, with the secrets sealed again for each.
import { silentLog } from '../../src/base/index.js';
import { openCloud, readEndpoints, type Cloud } from '../../src/gcp/index.js';
import { tinkBox, type SecretBox } from '../../src/keyset/index.js';
import { audience, newJsonKeyset, pcr0, Stage, story, type Vm } from '../../src/localcloud/index.js';
import { secretAssociatedData, type ProvisioningRecord } from '../../src/record/index.js';
import { startDelayLine, type DelayLine } from './delay-line.js';
import { fillCollection } from './fill.js';
import { answer } from './remote.js';
import { machineTpm, newTpmKeys, type TpmKeys } from './software-tpm.js';

/** A VM of the fleet. */
export interface FleetVm {
  readonly id: string;
  readonly name: string;
  readonly bootDiskId: string;
}

export interface OpenedWorld {
  readonly directory: string;
  readonly keys: TpmKeys;
}

export interface FleetApproval {
  readonly vms: readonly FleetVm[];
  readonly collection: string;
  /** Unlimited when absent. */
  readonly maxReleases?: number;
}

export interface Delays {
  readonly firestoreMs: number;
  readonly computeMs: number;
  readonly loggingMs: number;
}

/** The first collection: the provisioner writes its record there. */
export const firstCollection = 'foo';

const secretsText = JSON.stringify([
  { name: 'secret1', type: 'RAW', data: Buffer.from('bench-raw-secret').toString('base64') },
  {
    name: 'secret2',
    type: 'TINK',
    data: 'CLnwmtYGEmQKWAowdHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUuY3J5cHRvLnRpbmsuQWVzR2NtS2V5EiIaIA7TocwCm37/3vReEGSRsoSp+a0KAq+KYEKqKH5dVqC4GAEQARi58JrWBiAB',
  },
]);

interface World {
  readonly stage: Stage;
  readonly keys: TpmKeys;
  readonly line: DelayLine;
  readonly model: Vm;
  readonly record: ProvisioningRecord;
  readonly box: SecretBox;
  readonly claims: Record<string, unknown> & { readonly google: { readonly compute_engine: Record<string, unknown> } };
  /** Alice's own access, without delay, by collection. */
  readonly stores: Map<string, Cloud>;
}

let opening: Promise<World> | undefined;
const world = (): Promise<World> => (opening ??= openWorld());

async function openWorld(): Promise<World> {
  const keys = newTpmKeys();
  const stage = await Stage.set({ makeTpm: () => Promise.resolve(machineTpm(keys)) });
  const { cloud, server } = stage.cast;
  const endpoints = cloud.endpointsFor(server);
  const line = await startDelayLine(endpoints.firestore);
  await stage.write('server.json', JSON.stringify({ ...endpoints, firestore: line.address }));
  const keyset = newJsonKeyset();
  await stage.write('keyset.json', keyset);
  await stage.write('secrets.json', secretsText);
  const model = await stage.insertVm({ address: 'tokenserver.alice.example.com:50051', serverPin: stage.serverPin });
  await approveModel(stage, model);
  const stores = new Map([[firstCollection, storeOf(stage, firstCollection)]]);
  const lookup = await stores.get(firstCollection)?.records.load(model.id);
  if (lookup?.kind !== 'found') throw new Error('the provisioner left no record');
  const url = `${model.metadataUrl}/computeMetadata/v1/instance/service-accounts/default/identity?audience=${encodeURIComponent(audience)}&format=full`;
  const token = await (await fetch(url, { headers: { 'metadata-flavor': 'Google' } })).text();
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as World['claims'];
  return { stage, keys, line, model, record: lookup.value.record, box: await tinkBox(Buffer.from(keyset)), claims, stores };
}

async function approveModel(stage: Stage, vm: Vm): Promise<void> {
  const program = stage.start('provisioner', [
    ...['--endpoints', stage.path('alice.json'), '--fireStoreProjectId', story.alice.project.id],
    ...['--clientProjectId', vm.project, '--clientVMZone', vm.zone, '--clientVMId', vm.id, '--peerAddress', vm.address],
    ...['--secretsFile', stage.path('secrets.json'), '--secretsKeyset', stage.path('keyset.json'), '--peerSerialNumber', '5'],
    ...['--maxReleases', 'unlimited', '--approvedBy', story.alice.person, '--attestationPCRValue', pcr0, '--yes'],
  ]);
  const code = await program.ended;
  if (code !== 0) throw new Error(`the provisioner ended with ${code}:\n${program.output}`);
}

function storeOf(stage: Stage, collection: string): Cloud {
  const endpoints = readEndpoints(stage.path('alice.json'));
  return openCloud({ projectId: story.alice.project.id, collection, endpoints, log: silentLog });
}

/** The model's approval for another VM, as if Alice had reviewed that one. */
async function recordFor(
  { record, box }: World,
  { id, name, bootDiskId }: FleetVm,
  collection: string,
  maxReleases: number | 'unlimited',
): Promise<ProvisioningRecord> {
  const names = { instanceid: id, instance_name: name, boot_disk_id: bootDiskId, approved_disk_ids: [bootDiskId] };
  const copy: ProvisioningRecord = { ...record, ...names, max_releases: maxReleases };
  const secrets = await Promise.all(
    record.secrets.map(async ({ Name, Type, Data }) => {
      const clear = await box.open(Data, secretAssociatedData(record, `${firstCollection}/${record.instanceid}`, Name));
      return { Name, Type, Data: Uint8Array.from(await box.seal(clear, secretAssociatedData(copy, `${collection}/${id}`, Name))) };
    }),
  );
  return { ...copy, secrets };
}

const handlers = {
  open: async (): Promise<OpenedWorld> => {
    const { stage, keys } = await world();
    return { directory: stage.directory, keys };
  },
  /** More VMs. */
  fleet: async ({ count, prefix }: { readonly count: number; readonly prefix: string }): Promise<readonly FleetVm[]> => {
    const { stage, model } = await world();
    return Array.from({ length: count }, (_, i) => {
      const name = `${prefix}-${i + 1}`;
      return { ...stage.cast.cloud.copyVm(model, name), name };
    });
  },
  /** Their approvals, in one collection. */
  approve: async ({ vms, collection, maxReleases }: FleetApproval): Promise<void> => {
    const opened = await world();
    const store = opened.stores.get(collection) ?? storeOf(opened.stage, collection);
    opened.stores.set(collection, store);
    for (let i = 0; i < vms.length; i += 50) {
      await Promise.all(
        vms.slice(i, i + 50).map(async (vm) => store.records.save(await recordFor(opened, vm, collection, maxReleases ?? 'unlimited'))),
      );
    }
  },
  /** Records of other VMs, which nobody asks for: a collection of `count` documents. */
  fill: async ({ collection, count }: { readonly collection: string; readonly count: number }): Promise<void> => {
    const { stage, record } = await world();
    await fillCollection(stage.cast.cloud.endpointsFor(stage.cast.server).firestore, collection, count, record);
  },
  /** Identity tokens, good for an hour. */
  tokens: async ({ vms }: { readonly vms: readonly FleetVm[] }): Promise<readonly string[]> => {
    const { stage, claims } = await world();
    const { iat: _iat, exp: _exp, ...rest } = claims;
    return vms.map(({ id, name }) => {
      const machine = { ...claims.google.compute_engine, instance_id: id, instance_name: name };
      return stage.cast.cloud.signIdentityToken({ ...rest, google: { compute_engine: machine } } as never);
    });
  },
  /** From now on, each request takes so much longer. */
  delay: async ({ firestoreMs, computeMs, loggingMs }: Delays): Promise<void> => {
    const { stage, line } = await world();
    const { faults } = stage.cast.cloud;
    faults.clear();
    if (computeMs > 0) faults.set('compute', { kind: 'delay', ms: computeMs });
    if (loggingMs > 0) faults.set('logging', { kind: 'delay', ms: loggingMs });
    line.delayMs = firestoreMs;
  },
  /** How many reads of the audit log a project answers in a minute. */
  logQuota: async ({ readsPerMinute }: { readonly readsPerMinute: number }): Promise<void> => {
    const { stage } = await world();
    stage.cast.cloud.stores.logReads.readsPerMinute = readsPerMinute;
  },
  /** An access token of the server's account, for a caller that uses no library. */
  accessToken: async (): Promise<string> => {
    const { stage } = await world();
    return stage.cast.cloud.core.principals.issueToken(stage.cast.server).accessToken;
  },
};

export type CloudHandlers = typeof handlers;

async function end(): Promise<void> {
  if (opening === undefined) return;
  const { stage, line, stores } = await opening;
  await Promise.all([...stores.values()].map((store) => store.close()));
  line.close();
  await stage.clear();
}

if (require.main === module) answer(handlers, end);
