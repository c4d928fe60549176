import { join } from 'node:path';
import { silentLog } from '../../../src/base/index.js';
import { openCloud, readEndpoints, type Cloud } from '../../../src/gcp/index.js';
import { audience, story, storyVm, type Principal, type Program, type Vm, type VmSpec } from '../../../src/localcloud/index.js';
import type { ProvisioningRecord } from '../../../src/record/index.js';
import { ReleaseKey } from '../../../src/wire/index.js';
import { Caller, claimsOf, identityToken, type Answer, type Claims } from '../../e2e/support/caller.js';
import { World } from '../../e2e/support/world.js';
import recorded from '../../vectors/keys.json';

/** One line of a decision in Alice's log. */
export interface LoggedFinding {
  readonly check: string;
  readonly outcome: string;
  readonly detail?: string;
  readonly reason?: string;
}

export interface LoggedDecision {
  readonly decisionId: string;
  readonly instanceId?: string;
  readonly outcome: string;
  readonly stage?: string;
  readonly findings: readonly LoggedFinding[];
}

/** Well-formed keys of some other TPM: enough for everything that is refused before a key matters. */
export const anyKeys = {
  ekPub: Buffer.from(recorded.keys.ek_rsa.tpmt_public_b64, 'base64'),
  akPub: Buffer.from(recorded.keys.ak_rsa.tpmt_public_b64, 'base64'),
  releaseKey: new ReleaseKey().publicPoint,
};

/** A real server and its world, with Bob's moves at hand, and what Alice's log says of each. */
export class Siege {
  readonly world: World;
  /** Alice's own access to her database: the record as she has it, in any state. */
  readonly alice: Cloud;
  readonly #seen = new Set<string>();
  #number = 0;

  private constructor(world: World, alice: Cloud) {
    this.world = world;
    this.alice = alice;
  }

  static async open(serverFlags: readonly string[] = []): Promise<Siege> {
    const world = await World.open(serverFlags);
    const endpoints = readEndpoints(world.stage.path('alice.json'));

    return new Siege(world, openCloud({ projectId: story.alice.project.id, collection: 'foo', endpoints, log: silentLog }));
  }

  async close(): Promise<void> {
    await this.alice.close();
    await this.world.close();
  }

  /** Another TokenServer beside the first. @param endpointsFile in the stage's directory */
  async startReplica(
    flags: readonly string[],
    endpointsFile = 'server.json',
    options: Parameters<World['stage']['start']>[2] = {},
  ): Promise<{ server: Program; address: string }> {
    const { stage } = this.world;
    const secret = (name: string): string => `projects/${story.alice.project.number}/secrets/${name}`;
    const server = stage.start(
      'server',
      [
        ...['--endpoints', stage.path(endpointsFile), '--grpcport', '127.0.0.1:0', '--tsAudience', audience],
        ...(flags.includes('--tlsCert')
          ? ['--useMTLS']
          : [
              '--useMTLS',
              '--useSecrets',
              '--tlsCert',
              secret('tls_crt'),
              '--tlsKey',
              secret('tls_key'),
              '--tlsCertChain',
              secret('tls-ca'),
            ]),
        ...['--firestoreProjectId', story.alice.project.id, '--secretsKeyset', stage.path('keyset.json')],
        ...(flags.includes('--settleSeconds') ? [] : ['--settleSeconds', '0']),
        ...['--callsPerMinutePerInstance', '6000', '--loggingReadsPerMinute', '600', ...flags],
      ],
      options,
    );
    const ready = await server.waitForLine((line) => line.startsWith('tokenserver ready on '), 'the ready line of the server');
    return { server, address: /ready on (\S+)/.exec(ready)?.[1] ?? '' };
  }

  /** Another VM of Bob's, in his own words. */
  insertVm(spec: Partial<VmSpec> & { readonly by?: Principal } = {}): Promise<Vm> {
    const { bob } = this.world.stage.cast;
    return this.world.cloud.insertVm({ ...storyVm(this.world.setting), name: `vm-${++this.#number}`, by: bob, ...spec });
  }

  /** A VM that Alice reviewed with the real provisioner. */
  async approvedVm(flags: readonly string[] = [], spec: Parameters<Siege['insertVm']>[0] = {}): Promise<Vm> {
    const vm = await this.insertVm(spec);
    await this.world.mustApprove(flags, vm);
    return vm;
  }

  async record(vm: Vm): Promise<ProvisioningRecord> {
    const lookup = await this.alice.records.load(vm.id);
    if (lookup.kind !== 'found') throw new Error(`no record of ${vm.name}`);
    return lookup.value.record;
  }

  /**
   * What the server does while the stored approval differs from the VM in these fields: the same as a VM that differs from its
   * approval. The approval is put back afterwards.
   */
  async whileApprovalSays<T>(vm: Vm, change: Partial<ProvisioningRecord>, act: () => Promise<T>): Promise<T> {
    const before = await this.record(vm);
    await this.alice.records.save({ ...before, ...change });
    try {
      return await act();
    } finally {
      await this.alice.records.save(before);
    }
  }

  /** An approval of `vm` that says what the approval of another VM says: somebody was tricked, or the VM differs from it. */
  async approveAs(vm: Vm, other: Vm, change: Partial<ProvisioningRecord> = {}): Promise<void> {
    const { google } = claimsOf(await identityToken(vm));
    const createdAt = new Date(Number(google.compute_engine['instance_creation_timestamp']) * 1000).toISOString();
    const names = { instanceid: vm.id, instance_name: vm.name, instance_created_at: createdAt };
    await this.alice.records.save({ ...(await this.record(other)), ...names, ...change });
  }

  /** A token with Google's signature whose claims differ from what the VM's metadata server says. */
  async tokenOf(vm: Vm, edit: (claims: Claims) => void = () => undefined): Promise<string> {
    const claims = claimsOf(await identityToken(vm));
    edit(claims);
    return this.world.cloud.signIdentityToken(claims as never);
  }

  /** A caller with the token of this VM, or any other text as one. */
  async as<T>(token: () => Promise<string>, call: (caller: Caller) => Promise<T>): Promise<T> {
    const caller = new Caller(this.world, { token });
    try {
      return await call(caller);
    } finally {
      caller.close();
    }
  }

  /** MakeCredential as this VM: caller, record, channel, machine and history are judged; nothing is attested. */
  ask(vm: Vm, token: () => Promise<string> = () => identityToken(vm)): Promise<Answer<unknown>> {
    return this.as(token, (caller) => caller.makeCredential(anyKeys));
  }

  /** Makes a call that must be refused, and gives the decision that Alice's log has of it. */
  async refusal(call: () => Promise<Answer<unknown>>): Promise<LoggedDecision> {
    const isRefusal = (event: Readonly<Record<string, unknown>>): boolean =>
      event['event'] === 'release.decided' && event['outcome'] === 'refused';
    for (const event of this.world.server.events.filter(isRefusal)) this.#seen.add(String(event['decisionId']));
    const answer = await call();
    if ('value' in answer) throw new Error('the server let it through');
    const event = await this.world.server.waitForEvent(
      'release.decided',
      (decided) => isRefusal(decided) && !this.#seen.has(String(decided['decisionId'])),
      5_000,
    );
    return event as unknown as LoggedDecision;
  }

  /** The checks that refused a call. */
  async refusedBy(call: () => Promise<Answer<unknown>>): Promise<readonly string[]> {
    const { findings } = await this.refusal(call);
    return findings.filter(({ outcome }) => outcome === 'refused').map(({ check }) => check);
  }

  get cloudCalls(): readonly number[] {
    return [this.world.cloud.calls('compute'), this.world.cloud.calls('logging')];
  }

  /** All that the server ever printed. */
  get serverOutput(): string {
    return this.world.server.output;
  }

  path(name: string): string {
    return join(this.world.stage.directory, name);
  }
}
