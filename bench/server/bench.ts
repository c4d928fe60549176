import { join } from 'node:path';
import type { CloudHandlers, FleetVm } from './cloud-process.js';
import type { FloorHandlers } from './floor-process.js';
import type { LoadHandlers, Round, Work } from './load-process.js';
import { cpuMs } from './process-cost.js';
import { Remote } from './remote.js';
import { ServerProcess } from './server-process.js';
import type { TpmKeys } from './software-tpm.js';

/** How long, how often. */
export interface Effort {
  readonly quick: boolean;
  readonly rounds: number;
  readonly roundMs: number;
  /** A herd takes minutes. */
  readonly herdRounds: number;
}

/** What a round cost the process under test. */
export interface CostedRound extends Round {
  readonly perSecond: number;
  readonly cpuMsPerCall: number;
}

/** The processes of one part: cloud, load, servers, floors. All end with it. */
export class Bench {
  readonly effort: Effort;
  readonly cloud: Remote<CloudHandlers>;
  readonly load: Remote<LoadHandlers>;
  readonly directory: string;
  readonly #keys: TpmKeys;
  readonly #others: { stop(): Promise<void> }[] = [];

  private constructor(effort: Effort, cloud: Remote<CloudHandlers>, directory: string, keys: TpmKeys) {
    this.effort = effort;
    this.cloud = cloud;
    this.load = new Remote<LoadHandlers>(script('load-process'));
    this.directory = directory;
    this.#keys = keys;
  }

  static async open(effort: Effort): Promise<Bench> {
    const cloud = new Remote<CloudHandlers>(script('cloud-process'));
    try {
      const { directory, keys } = await cloud.ask('open', undefined);
      const bench = new Bench(effort, cloud, directory, keys);
      await bench.load.ask('prepare', { directory, keys: bench.#keys });
      await cloud.ask('logQuota', { readsPerMinute: 1e9 });
      return bench;
    } catch (error) {
      await cloud.stop();
      throw error;
    }
  }

  /** Approved VMs. */
  async fleet(
    count: number,
    prefix: string,
    approval: { readonly collection?: string; readonly maxReleases?: number } = {},
  ): Promise<readonly FleetVm[]> {
    const vms = await this.cloud.ask('fleet', { count, prefix });
    const { collection = 'foo', maxReleases } = approval;
    await this.cloud.ask('approve', { vms, collection, ...(maxReleases === undefined ? {} : { maxReleases }) });
    return vms;
  }

  async server(flags: Readonly<Record<string, string>> = {}, nodeFlags: readonly string[] = []): Promise<ServerProcess> {
    const server = await ServerProcess.start(this.directory, flags, nodeFlags);
    this.#others.push(server);
    return server;
  }

  /** A floor that listens. */
  async floor(vms: readonly FleetVm[], sealedBytes: number): Promise<{ readonly remote: Remote<FloorHandlers>; readonly address: string }> {
    const remote = new Remote<FloorHandlers>(script('floor-process'));
    this.#others.push(remote);
    const accessToken = await this.cloud.ask('accessToken', undefined);
    const address = await remote.ask('listen', { directory: this.directory, accessToken, vms, collection: 'foo', sealedBytes });
    return { remote, address };
  }

  /** Clients, one for each VM, who take turns over the addresses. */
  async clients(group: string, addresses: readonly string[], vms: readonly FleetVm[]): Promise<void> {
    const tokens = await this.cloud.ask('tokens', { vms });
    await this.load.ask('group', { name: group, addresses, tokens });
  }

  /** A round of work, and what it cost these processes. @throws Error when a call failed */
  async round(
    work: { readonly group: string; readonly work: Work; readonly clients?: number; readonly ms?: number },
    pids: readonly number[],
  ): Promise<CostedRound> {
    const before = sum(pids);
    const round = await this.load.ask('forTime', { ...work, ms: work.ms ?? this.effort.roundMs });
    mustSucceed(round);
    const used = sum(pids) - before;
    return { ...round, perSecond: round.count / round.seconds, cpuMsPerCall: used / round.count };
  }

  /** Each client does it once, at most 32 at the same time. */
  async once(group: string, work: Work, clients: number): Promise<Round> {
    const round = await this.load.ask('times', { group, work, times: clients, clients: Math.min(clients, 32) });
    mustSucceed(round);
    return round;
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.load.stop(), ...this.#others.map((other) => other.stop())]);
    await this.cloud.stop();
  }
}

const script = (name: string): string => join(__dirname, `${name}.js`);

const sum = (pids: readonly number[]): number => pids.reduce((total, pid) => total + cpuMs(pid), 0);

/** A number over calls that failed would say nothing. */
export function mustSucceed({ errors }: Round): void {
  if (Object.keys(errors).length > 0) throw new Error(`calls failed: ${JSON.stringify(errors).slice(0, 2000)}`);
}
