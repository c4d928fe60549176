import { z } from 'zod';
import { apis, faultKinds, type Fault } from './faults.js';
import type { JsonObject } from './json.js';
import { invalid } from './problem.js';
import type { StoryWorld } from './story-world.js';

/** Something a person can make happen in the world, by name. Arguments are texts, as typed. */
export interface ControlAct {
  readonly usage: string;
  readonly run: (world: StoryWorld, args: Readonly<Record<string, string>>) => Promise<JsonObject>;
}

const done = async (act: Promise<void>): Promise<JsonObject> => {
  await act;
  return { done: true };
};
const metadataArgs = z.record(z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/), z.string());
const noArgs = z.strictObject({});

/** An act whose arguments a schema checks. @throws Problem 400 from `run` when they are wrong */
function act<T extends z.ZodType>(usage: string, schema: T, run: (world: StoryWorld, args: z.infer<T>) => Promise<JsonObject>): ControlAct {
  return {
    usage,
    run: (world, args) => {
      const parsed = schema.safeParse(args);
      if (!parsed.success) throw invalid(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
      return run(world, parsed.data);
    },
  };
}

const bobsActs: Readonly<Record<string, ControlAct>> = {
  'edit-metadata': act('KEY=VALUE...      instances.setMetadata: adds or replaces keys', metadataArgs, ({ vm }, args) =>
    done(vm.addMetadata(args)),
  ),
  'edit-zone-metadata': act('KEY=VALUE...      instanceSettings.patch of the zone', metadataArgs, ({ vm }, args) =>
    done(vm.setZoneMetadata(args)),
  ),
  'edit-project-metadata': act(
    'KEY=VALUE...      projects.setCommonInstanceMetadata: these keys and no others',
    metadataArgs,
    ({ vm }, args) => done(vm.setProjectMetadata(args)),
  ),
  stop: act('', noArgs, ({ vm }) => done(vm.stop())),
  start: act('                  a new boot', noArgs, ({ vm }) => done(vm.start())),
  reset: act('                  a new boot without stopping', noArgs, ({ vm }) => done(vm.reset())),
  suspend: act('', noArgs, ({ vm }) => done(vm.suspend())),
  resume: act('', noArgs, ({ vm }) => done(vm.resume())),
  delete: act('', noArgs, ({ vm }) => done(vm.delete())),
  'attach-disk': act('name=NAME         a new blank disk', z.strictObject({ name: z.string() }), ({ vm }, { name }) =>
    done(vm.attachDisk(name)),
  ),
  'detach-disk': act(
    'device=NAME       the boot disk is persistent-disk-0',
    z.strictObject({ device: z.string() }),
    async ({ vm }, { device }) => {
      const disk = await vm.detachDisk(device);
      return { detached: disk.name };
    },
  ),
  snapshot: act('                  disks.createSnapshot of the boot disk', noArgs, ({ vm }) => done(vm.snapshotBootDisk())),
  'set-service-account': act('email=EMAIL       the VM must be stopped', z.strictObject({ email: z.string() }), ({ vm }, { email }) =>
    done(vm.setServiceAccount(email)),
  ),
  'set-secure-boot': act('on=true|false     the VM must be stopped', z.strictObject({ on: z.enum(['true', 'false']) }), ({ vm }, { on }) =>
    done(vm.setShieldedConfig({ enableSecureBoot: on === 'true' })),
  ),
};

const faultArgs = z.strictObject({
  api: z.enum(apis),
  kind: z.enum(faultKinds),
  status: z.coerce.number().int().min(400).max(599).default(503),
  ms: z.coerce.number().int().min(0).default(1000),
  document: z.string().default(''),
  path: z.string().optional(),
  times: z.coerce.number().int().min(1).optional(),
});

/** What nobody does on purpose, or Google does. */
const worldsActs: Readonly<Record<string, ControlAct>> = {
  'host-event': act(
    'kind=migrateOnHostMaintenance|hostError|automaticRestart',
    z.strictObject({ kind: z.enum(['migrateOnHostMaintenance', 'hostError', 'automaticRestart']) }),
    ({ vm }, { kind }) => done(vm.hostEvent(kind)),
  ),
  'rotate-keys': act('                  a new key signs identity tokens', noArgs, ({ cloud }) => done(cloud.rotateKeys())),
  'delay-log': act(
    'ms=MILLISECONDS   log entries written from now on arrive late',
    z.strictObject({ ms: z.coerce.number().int().min(0) }),
    ({ cloud }, { ms }) => {
      cloud.auditLog.delayMs = ms;
      return Promise.resolve({ delayMs: ms });
    },
  ),
  fault: act(
    `api=${apis.join('|')} kind=${faultKinds.join('|')} [status=503] [ms=1000] [document=TEXT] [path=REGEX] [times=N]`,
    faultArgs,
    ({ cloud }, args) => {
      cloud.faults.set(args.api, faultOf(args), args.path === undefined ? undefined : new RegExp(args.path), args.times);
      return Promise.resolve({ set: args.kind, on: args.api });
    },
  ),
  'clear-faults': act('', noArgs, ({ cloud }) => {
    cloud.faults.clear();
    return Promise.resolve({ done: true });
  }),
  show: act('                  the VM now, and how many requests each service saw', noArgs, (world) => Promise.resolve(stateOf(world))),
};

export const controlActs: Readonly<Record<string, ControlAct>> = { ...bobsActs, ...worldsActs };

function faultOf({ kind, status, ms, document }: z.infer<typeof faultArgs>): Fault {
  if (kind === 'error') return { kind, status };
  if (kind === 'incomplete') return { kind, document };
  return kind === 'delay' ? { kind, ms } : { kind };
}

const stateOf = ({ cloud, vm }: StoryWorld): JsonObject => ({
  instanceId: vm.id,
  name: vm.name,
  status: vm.status,
  fingerprint: vm.fingerprint,
  serviceAccount: vm.serviceAccount,
  metadataKeys: Object.keys(vm.metadata),
  requests: Object.fromEntries(apis.map((api) => [api, cloud.calls(api)])),
});
