// GetToken and whole handshakes with a cloud that answers at once: rates, latencies, and processor time of the server beside the
// floor, which does the same I/O and cryptography with nothing around it.
import { Bench, type CostedRound, type Effort } from '../bench.js';
import type { CallNumbers } from '../floor-process.js';
import type { Work } from '../load-process.js';
import type { Report } from '../report.js';
import { growth } from '../server-process.js';
import { figure, percentile, spreadOf, spreadText, type Spread } from '../statistics.js';

const goal = 1.5;
/** Clients take turns, so that no VM is released to more often than a VM would ask. */
const fleetSize = 512;

/** What one call did, counted by the server itself. */
function numbersPerCall(grown: (pattern: RegExp) => number, calls: number): CallNumbers {
  const count = (api: string, operation: string): number =>
    grown(new RegExp(`^tokenserver_cloud_call_duration_seconds_count\\{api="${api}",operation="${operation}",outcome="ok"`)) / calls;
  const answered = (method: string): number => grown(new RegExp(`^tokenserver_call_duration_seconds_count\\{method="${method}"`)) / calls;
  return {
    recordGets: count('records', 'load'),
    stateGets: count('state', 'get(?:Many)?'),
    stateWrites: count('state', '(?:create|set|consume)') + count('lastDecisions', 'noteDecision'),
    instance: count('compute', 'instance'),
    disk: count('compute', 'disk'),
    project: count('compute', 'projectMetadata'),
    zone: count('compute', 'zoneMetadata'),
    shielded: count('compute', 'shieldedIdentity'),
    logReads: count('logging', 'read'),
    token: count('tokens', 'verify'),
    quote: answered('ActivateCredential') + answered('GetToken'),
    credential: answered('MakeCredential'),
    release: answered('GetToken'),
  };
}

interface Measured {
  readonly work: Work;
  readonly clients: number;
  readonly perSecond: Spread;
  readonly p50: number;
  readonly p99: number;
  readonly cpuMs: Spread;
  readonly floorCpuMs: Spread;
  readonly echoCpuMs: Spread;
  readonly floorP50: number;
  readonly ratio: Spread;
  readonly numbers: CallNumbers;
}

/** How many RPCs one unit of work has. */
const rpcsOf: Readonly<Record<string, number>> = { getToken: 1, release: 3 };

async function measure(bench: Bench, parties: Parties, work: Work, clients: number): Promise<Measured> {
  const { server, floor, echo } = parties;
  const rpcs = rpcsOf[work] ?? 1;
  const warm = await counted(bench, parties, work, clients);
  const perRpc = Object.fromEntries(Object.entries(warm).map(([name, value]) => [name, Number(value) / rpcs])) as unknown as CallNumbers;
  await floor.remote.ask('makes', perRpc);
  await bench.round({ group: 'floor', work: 'getToken', clients, ms: bench.effort.roundMs / 2 }, [floor.remote.pid]);
  const rounds: { server: CostedRound; floor: CostedRound; echo: CostedRound }[] = [];
  for (let i = 0; i < bench.effort.rounds; i++) {
    rounds.push({
      server: await bench.round({ group: 'server', work, clients }, [server.pid]),
      floor: await bench.round({ group: 'floor', work: 'getToken', clients }, [floor.remote.pid]),
      echo: await bench.round({ group: 'echo', work: 'getToken', clients, ms: bench.effort.roundMs / 3 }, [echo.remote.pid]),
    });
  }
  const latencies = rounds.flatMap((round) => round.server.latenciesMs);
  return {
    work,
    clients,
    perSecond: spreadOf(rounds.map((round) => round.server.perSecond)),
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    cpuMs: spreadOf(rounds.map((round) => round.server.cpuMsPerCall)),
    floorCpuMs: spreadOf(rounds.map((round) => round.floor.cpuMsPerCall * rpcs)),
    echoCpuMs: spreadOf(rounds.map((round) => round.echo.cpuMsPerCall * rpcs)),
    floorP50:
      percentile(
        rounds.flatMap((round) => round.floor.latenciesMs),
        0.5,
      ) * rpcs,
    ratio: spreadOf(rounds.map((round) => round.server.cpuMsPerCall / (round.floor.cpuMsPerCall * rpcs))),
    numbers: warm,
  };
}

interface Parties {
  readonly server: Awaited<ReturnType<Bench['server']>>;
  readonly floor: Awaited<ReturnType<Bench['floor']>>;
  readonly echo: Awaited<ReturnType<Bench['floor']>>;
}

/** A round that warms up, and what the server counted of itself meanwhile. */
async function counted(bench: Bench, { server }: Parties, work: Work, clients: number): Promise<CallNumbers> {
  await bench.round({ group: 'server', work, clients, ms: bench.effort.roundMs / 2 }, [server.pid]);
  const before = await server.metrics();
  const { count } = await bench.round({ group: 'server', work, clients }, [server.pid]);
  return numbersPerCall(growth(before, await server.metrics()), count);
}

export async function throughput(effort: Effort): Promise<Report> {
  const bench = await Bench.open(effort);
  try {
    const sizes = effort.quick ? [1, 16] : [1, 16, 64, 256];
    const vms = await bench.fleet(effort.quick ? 64 : fleetSize, 'vm');
    const server = await bench.server();
    await bench.clients('server', [server.address], vms);
    const sealedBytes = await attestAll(bench, vms.length);
    const [floor, echo] = [await bench.floor(vms, sealedBytes), await bench.floor(vms, sealedBytes)];
    await bench.clients('floor', [floor.address], vms);
    await bench.clients('echo', [echo.address], vms);
    const parties = { server, floor, echo };
    await warmUp(bench, parties);
    const results: Measured[] = [];
    for (const clients of sizes) {
      // A session is over after 300 s.
      await attestAll(bench, vms.length);
      results.push(await measure(bench, parties, 'getToken', clients));
    }
    for (const clients of sizes.slice(0, 3)) results.push(await measure(bench, parties, 'release', clients));
    return report(results);
  } finally {
    await bench.close();
  }
}

/** @returns bytes of a sealed answer. */
async function attestAll(bench: Bench, clients: number): Promise<number> {
  await bench.once('server', 'handshake', clients);
  return bench.load.ask('sealedBytes', { group: 'server' });
}

/** Compiled code is what is measured: V8 still compiles after twenty seconds of load, which is a sixth of the processor time then. */
async function warmUp(bench: Bench, { server, floor, echo }: Parties): Promise<void> {
  const ms = bench.effort.quick ? 2000 : 30_000;
  const clients = 16;
  await bench.round({ group: 'server', work: 'getToken', clients, ms }, [server.pid]);
  await bench.round({ group: 'server', work: 'release', clients, ms }, [server.pid]);
  await floor.remote.ask('makes', await counted(bench, { server, floor, echo }, 'getToken', clients));
  await bench.round({ group: 'floor', work: 'getToken', clients, ms }, [floor.remote.pid]);
  await bench.round({ group: 'echo', work: 'getToken', clients, ms: ms / 4 }, [echo.remote.pid]);
}

function report(results: readonly Measured[]): Report {
  const names: Readonly<Record<string, string>> = { getToken: 'GetToken', release: 'handshake and release' };
  const rows = results.map((each) => [
    names[each.work] ?? each.work,
    String(each.clients),
    spreadText(each.perSecond),
    figure(each.p50),
    figure(each.p99),
    figure(each.floorP50),
    spreadText(each.cpuMs),
    spreadText(each.floorCpuMs),
    figure(each.echoCpuMs.median),
    spreadText(each.ratio),
  ]);
  const judged = results.filter((each) => each.clients === 16);
  return {
    part: 'throughput',
    title: 'Calls with a cloud that answers at once',
    about:
      'GetToken in an attested session, and a whole handshake (MakeCredential, ActivateCredential, GetToken with its count). The floor is a bare grpc-js mTLS echo of the same sizes that makes as many cloud calls as the server counted of itself, bare, and the bare cryptography. All processes share the processors with the local cloud, which is what limits the rates.',
    columns: [
      'call',
      'clients',
      'per second',
      'p50 ms',
      'p99 ms',
      'floor p50 ms',
      'server CPU ms',
      'floor CPU ms',
      'echo CPU ms',
      'CPU to floor',
    ],
    rows,
    goals: judged.map((each) => ({
      what: `server CPU of ${names[each.work] ?? each.work} at ${each.clients} clients at most ${goal} x the floor`,
      figure: `${spreadText(each.ratio)} x`,
      met: each.ratio.median <= goal,
    })),
    notes: judged.map(({ work, numbers }) => `one ${names[work] ?? work} makes: ${numbersText(numbers)}`),
    figures: { results },
  };
}

const numbersText = (numbers: CallNumbers): string =>
  Object.entries(numbers)
    .map(([name, value]) => `${name} ${Number(value).toFixed(2)}`)
    .join(', ');
