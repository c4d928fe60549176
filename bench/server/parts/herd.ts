// Everybody comes back at once: a server restarts, and thousands of clients connect and ask in the same moment. Beside it the same
// connections to the bare echo, and to the floor that makes the bare cloud calls. Logging answers 60 reads a minute.
import { Bench, mustSucceed, type Effort } from '../bench.js';
import type { Round, Work } from '../load-process.js';
import { cpuMs, residentMb } from '../process-cost.js';
import type { Report } from '../report.js';
import { growth } from '../server-process.js';
import { figure, percentile, spreadOf, spreadText } from '../statistics.js';

const goal = 1.5;
/** What Cloud Logging answers in a minute. @see https://cloud.google.com/logging/quotas */
const logReadsPerMinute = 60;

interface Stampede {
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMs: number;
  readonly errors: Readonly<Record<string, number>>;
}

export async function herd(effort: Effort): Promise<Report> {
  const bench = await Bench.open(effort);
  try {
    const size = effort.quick ? 300 : 5000;
    const vms = await bench.fleet(size, 'herd');
    const [echo, bare] = [await bench.floor(vms, 500), await bench.floor(vms, 500)];
    const perCall = { recordGets: 1, stateGets: 0, stateWrites: 0, instance: 1, disk: 1, project: 1, zone: 1 };
    const crypto = { shielded: 0, logReads: 0, token: 1, quote: 0, credential: 1, release: 0 };
    await bare.remote.ask('makes', { ...perCall, ...crypto });
    await bench.cloud.ask('logQuota', { readsPerMinute: logReadsPerMinute });
    const echoes: Stampede[] = [];
    const bares: Stampede[] = [];
    const servers: Stampede[] = [];
    let memory = 0;
    let logReads = 0;
    for (let round = 0; round < effort.herdRounds; round++) {
      echoes.push(await stampede(bench, echo.address, echo.remote.pid, vms, 'getToken'));
      bares.push(await stampede(bench, bare.address, bare.remote.pid, vms, 'getToken'));
      // A server that has just started: its sessions are gone, so each client opens one. The quota of reads is that of a new minute.
      const server = await bench.server({ '--loggingReadsPerMinute': '50' });
      const before = await server.metrics();
      servers.push(await stampede(bench, server.address, server.pid, vms, 'open'));
      memory = Math.max(memory, residentMb(server.pid));
      logReads = growth(before, await server.metrics())(/_count\{api="logging",operation="read"/);
      await server.stop();
    }
    return report(size, { echoes, bares, servers }, memory, logReads);
  } finally {
    await bench.close();
  }
}

async function stampede(bench: Bench, address: string, pid: number, vms: Parameters<Bench['clients']>[2], work: Work): Promise<Stampede> {
  await bench.clients('herd', [address], vms);
  const before = cpuMs(pid);
  const round: Round = await bench.load.ask('onceEach', { group: 'herd', work });
  const used = cpuMs(pid) - before;
  await bench.load.ask('close', { group: 'herd' });
  if (work !== 'open') mustSucceed(round);
  const { seconds, latenciesMs, errors } = round;
  return { seconds, p50Ms: percentile(latenciesMs, 0.5), p99Ms: percentile(latenciesMs, 0.99), cpuMs: used, errors };
}

interface Stampedes {
  readonly echoes: readonly Stampede[];
  readonly bares: readonly Stampede[];
  readonly servers: readonly Stampede[];
}

function report(size: number, { echoes, bares, servers }: Stampedes, memory: number, logReads: number): Report {
  const errors = servers.reduce((sum, each) => sum + Object.values(each.errors).reduce((a, b) => a + b, 0), 0);
  const ratio = spreadOf(servers.map((each, i) => each.seconds / (echoes[i]?.seconds ?? Number.NaN)));
  const toBare = spreadOf(servers.map((each, i) => each.seconds / (bares[i]?.seconds ?? Number.NaN)));
  const row = (name: string, all: readonly Stampede[]): readonly string[] => [
    name,
    spreadText(spreadOf(all.map((each) => each.seconds))),
    figure(spreadOf(all.map((each) => each.p50Ms)).median / 1000),
    figure(spreadOf(all.map((each) => each.p99Ms)).median / 1000),
    figure(spreadOf(all.map((each) => each.cpuMs)).median / size),
  ];
  return {
    part: 'herd',
    title: `${size.toLocaleString('en')} clients at once after a restart`,
    about: `${size.toLocaleString('en')} new mTLS connections in one moment (the one process of all clients has 128 handshakes under way at a time), one call on each: MakeCredential at a server that has just started, and the same connections to the bare echo and to the floor with the bare cloud calls. Cloud Logging answers ${logReadsPerMinute} reads a minute, the server makes at most 50.`,
    columns: ['far end', 'seconds for all', 'p50 s of the call', 'p99 s', 'CPU ms for each'],
    rows: [row('bare echo', echoes), row('echo with bare cloud calls', bares), row('TokenServer, MakeCredential', servers)],
    goals: [
      { what: 'no error', figure: errors === 0 ? 'none' : JSON.stringify(servers.map((each) => each.errors)), met: errors === 0 },
      { what: `wall time at most ${goal} x the bare echo`, figure: `${spreadText(ratio)} x`, met: ratio.median <= goal },
    ],
    notes: [
      `beside the same connections with the bare cloud calls: ${spreadText(toBare)} x`,
      `reads of the audit log for all of them: ${logReads}; server memory afterwards: ${figure(memory)} MB`,
    ],
    figures: { size, echoes, bares, servers, memory, logReads },
  };
}
