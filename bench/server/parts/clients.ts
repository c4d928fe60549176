// What do the libraries cost beside the calls that they make? Each way makes the same call to the local cloud, in turns; only the
// processor time of this process counts.
import { Bench, type Effort } from '../bench.js';
import type { Report } from '../report.js';
import { figure, spreadOf, spreadText, type Spread } from '../statistics.js';
import { openWays, type Way } from '../ways.js';

interface Measured {
  readonly call: string;
  readonly name: string;
  readonly microseconds: Spread;
  readonly toBare: Spread;
  readonly firstMs: number;
  readonly firstMb: number;
}

export async function clients(effort: Effort): Promise<Report> {
  const bench = await Bench.open(effort);
  const closing: (() => Promise<unknown>)[] = [];
  try {
    const ways = await openWays(bench, (close) => closing.push(close));
    const first = new Map<Way, { readonly ms: number; readonly mb: number }>();
    for (const way of ways) first.set(way, await firstCall(way));
    const count = effort.quick ? 40 : 200;
    for (const way of ways) await cpuMicroseconds(way, count);
    const samples = new Map<Way, number[]>(ways.map((way) => [way, []]));
    for (let round = 0; round < effort.rounds; round++) {
      for (const way of ways) samples.get(way)?.push(await cpuMicroseconds(way, count));
    }
    return report(ways.map((way) => measuredOf(way, ways, samples, first.get(way))));
  } finally {
    await Promise.allSettled(closing.map((close) => close()));
    await bench.close();
  }
}

function measuredOf(
  way: Way,
  ways: readonly Way[],
  samples: ReadonlyMap<Way, readonly number[]>,
  first: { readonly ms: number; readonly mb: number } | undefined,
): Measured {
  const bare = ways.find(({ call }) => call === way.call);
  const [own, base] = [samples.get(way) ?? [], bare === undefined ? [] : (samples.get(bare) ?? [])];
  const toBare = spreadOf(own.map((value, i) => value / (base[i] ?? Number.NaN)));
  return { call: way.call, name: way.name, microseconds: spreadOf(own), toBare, firstMs: first?.ms ?? 0, firstMb: first?.mb ?? 0 };
}

/** Loads whatever the way needs. */
async function firstCall({ run }: Way): Promise<{ readonly ms: number; readonly mb: number }> {
  const beforeMb = process.memoryUsage().rss / 1e6;
  const startedAtMs = performance.now();
  await run();
  return { ms: performance.now() - startedAtMs, mb: process.memoryUsage().rss / 1e6 - beforeMb };
}

/** Of one call, four at a time. */
async function cpuMicroseconds({ run }: Way, count: number): Promise<number> {
  const start = process.cpuUsage();
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (let i = 0; i < count / 4; i++) await run();
    }),
  );
  const { user, system } = process.cpuUsage(start);
  return (user + system) / count;
}

function report(measured: readonly Measured[]): Report {
  return {
    part: 'clients',
    title: 'Libraries beside the calls they make',
    about:
      'Processor time of one call, four at a time, in one process. The first line of each call is the bare one: Firestore answers stay bytes there, and nothing is judged. `ours` is what a release does, where the answer is the same as before. First call: with what is loaded and connected for it, in this order.',
    columns: ['call', 'way', 'CPU us', 'to bare', 'first call ms', 'first call MB'],
    rows: measured.map(({ call, name, microseconds, toBare, firstMs, firstMb }) => [
      call,
      name,
      spreadText(microseconds),
      spreadText(toBare),
      figure(firstMs),
      figure(firstMb),
    ]),
    goals: [],
    notes: [],
    figures: { measured },
  };
}
