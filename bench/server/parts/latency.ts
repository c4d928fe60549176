// How long a release takes when every API is far away: 20 ms for Firestore, 60 ms for Compute, 150 ms for Logging. What must be
// waited for is the record, the slowest chain of look-ups, and the write of the count; everything else should hide behind them.
import { Bench, type Effort } from '../bench.js';
import type { Report } from '../report.js';
import { growth, type ServerProcess } from '../server-process.js';
import { figure, percentile, spreadOf, spreadText, type Spread } from '../statistics.js';

const delays = { firestoreMs: 20, computeMs: 60, loggingMs: 150 } as const;
/** The instance, then its disk; beside it one read of the log. */
const slowestChainMs = Math.max(2 * delays.computeMs, delays.loggingMs);
const wantedMs = delays.firestoreMs + slowestChainMs + delays.firestoreMs;
const goal = 1.15;

interface Case {
  readonly name: string;
  readonly flags: Readonly<Record<string, string>>;
  readonly maxReleases?: number;
  readonly isGoal: boolean;
}

const cases: readonly Case[] = [
  { name: 'sessions in memory, any number of releases', flags: {}, isGoal: true },
  { name: 'sessions in memory, at most 1000 releases', flags: {}, maxReleases: 1000, isGoal: true },
  { name: 'sessions in Firestore, at most 1000 releases', flags: { '--sessionStore': 'firestore' }, maxReleases: 1000, isGoal: true },
];

interface Measured extends Case {
  readonly release: Spread;
  /** The same calls, bare, in the same rounds. */
  readonly floor: Spread;
  readonly toFloor: Spread;
  readonly p99: number;
  readonly handshakeMs: number;
  readonly stages: Readonly<Record<string, number>>;
  readonly calls: Readonly<Record<string, number>>;
}

/** What a release asks of the cloud, for the floor. */
const bareRelease = {
  ...{ recordGets: 1, stateGets: 1, stateWrites: 1, instance: 1, disk: 1, project: 1, zone: 1, shielded: 1, logReads: 1 },
  ...{ token: 1, quote: 1, credential: 0, release: 1 },
};

export async function latency(effort: Effort): Promise<Report> {
  const bench = await Bench.open(effort);
  try {
    const vms = await bench.fleet(1, 'floor');
    const floor = await bench.floor(vms, 500);
    await floor.remote.ask('makes', bareRelease);
    await bench.clients('floor', [floor.address], vms);
    await bench.once('floor', 'getToken', effort.quick ? 10 : 100);
    const measured: Measured[] = [];
    for (const [i, each] of cases.entries()) measured.push(await measure(bench, each, `latency-${i}`));
    return report(measured);
  } finally {
    await bench.close();
  }
}

async function measure(bench: Bench, each: Case, group: string): Promise<Measured> {
  const { rounds, quick } = bench.effort;
  const releasesPerRound = quick ? 5 : 8;
  const warmUp = quick ? 10 : 30;
  const approval = each.maxReleases === undefined ? {} : { maxReleases: each.maxReleases };
  const vms = await bench.fleet(warmUp + rounds * releasesPerRound, group, approval);
  const server = await bench.server(each.flags);
  await bench.clients(group, [server.address], vms);
  await bench.load.ask('timedReleases', { group, first: 0, times: warmUp });
  await bench.cloud.ask('delay', delays);
  const medians: number[] = [];
  const floors: number[] = [];
  const all: number[] = [];
  const handshakes: number[] = [];
  const before = await server.metrics();
  for (let round = 0; round < rounds; round++) {
    const { attestMs, releaseMs } = await bench.load.ask('timedReleases', {
      group,
      first: warmUp + round * releasesPerRound,
      times: releasesPerRound,
    });
    medians.push(percentile(releaseMs, 0.5));
    floors.push(percentile((await bench.once('floor', 'getToken', releasesPerRound)).latenciesMs, 0.5));
    all.push(...releaseMs);
    handshakes.push(...attestMs);
  }
  const where = await wherefrom(server, before, rounds * releasesPerRound);
  await bench.cloud.ask('delay', { firestoreMs: 0, computeMs: 0, loggingMs: 0 });
  await server.stop();
  const toFloor = spreadOf(medians.map((release, i) => release / (floors[i] ?? Number.NaN)));
  return {
    ...each,
    release: spreadOf(medians),
    floor: spreadOf(floors),
    toFloor,
    p99: percentile(all, 0.99),
    handshakeMs: percentile(handshakes, 0.5),
    ...where,
  };
}

/** Mean time of each stage in one call, and of each cloud call, as the server counted. */
async function wherefrom(
  server: ServerProcess,
  before: ReadonlyMap<string, number>,
  releases: number,
): Promise<Pick<Measured, 'stages' | 'calls'>> {
  const after = await server.metrics();
  const grown = growth(before, after);
  const stages: Record<string, number> = {};
  // MakeCredential, ActivateCredential and GetToken go through the first stages; the tpm stage is judged by the last two.
  for (const stage of ['caller', 'record', 'channel', 'machine', 'history', 'tpm']) {
    const series = (kind: string): RegExp => new RegExp(`^tokenserver_stage_duration_seconds_${kind}\\{stage="${stage}"`);
    stages[stage] = (1000 * grown(series('sum'))) / grown(series('count'));
  }
  const calls: Record<string, number> = {};
  for (const series of after.keys()) {
    const [, api, operation] = /_cloud_call_duration_seconds_count\{api="(\w+)",operation="(\w+)"/.exec(series) ?? [];
    if (api === undefined || operation === undefined) continue;
    const count = grown(new RegExp(`_count\\{api="${api}",operation="${operation}"`));
    if (count > 0) calls[`${api}.${operation}`] = count / releases;
  }
  return { stages, calls };
}

function report(measured: readonly Measured[]): Report {
  const stages = ['caller', 'record', 'machine', 'history', 'tpm'];
  return {
    part: 'latency',
    title: 'A release with far-away APIs',
    about: `One VM after the other attests and gets its first release. Injected: Firestore ${delays.firestoreMs} ms, Compute ${delays.computeMs} ms, Logging ${delays.loggingMs} ms for each request. Wanted: record ${delays.firestoreMs} + slowest chain ${slowestChainMs} (instance then disk, beside one read of the log) + count ${delays.firestoreMs} = ${wantedMs} ms. The floor makes the same calls bare, in the same order. Stages are means over the calls of handshake and release that go through them, with what was read for them.`,
    columns: [
      'store and approval',
      'GetToken ms',
      'p99 ms',
      'to wanted',
      'floor ms',
      'to floor',
      'handshake ms',
      ...stages.map((stage) => `${stage} ms`),
    ],
    rows: measured.map((each) => [
      each.name,
      spreadText(each.release),
      figure(each.p99),
      `${(each.release.median / wantedMs).toFixed(2)} x`,
      spreadText(each.floor),
      spreadText(each.toFloor),
      figure(each.handshakeMs),
      ...stages.map((stage) => figure(each.stages[stage] ?? Number.NaN)),
    ]),
    goals: measured
      .filter((each) => each.isGoal)
      .map(({ name, release }) => ({
        what: `release at most ${goal} x ${wantedMs} ms (${name})`,
        figure: `${figure(release.median)} ms, ${(release.median / wantedMs).toFixed(2)} x`,
        met: release.median <= goal * wantedMs,
      })),
    notes: measured.map(({ name, calls }) => {
      const list = Object.entries(calls).map(([call, count]) => `${call} ${Number(count).toFixed(1)}`);
      return `cloud calls of a handshake and its release (${name}): ${list.join(', ')}`;
    }),
    figures: { delays, wantedMs, measured },
  };
}
