// Does a release cost more when more is stored? Three servers over three collections of the same store, in turns.
import { Bench, type Effort } from '../bench.js';
import type { Report } from '../report.js';
import { residentMb } from '../process-cost.js';
import { figure, percentile, spreadOf, spreadText } from '../statistics.js';

const goal = 1.15;
const clients = 16;

interface Sample {
  readonly cpuMs: number;
  readonly p50: number;
  readonly perSecond: number;
}

export async function records(effort: Effort): Promise<Report> {
  const bench = await Bench.open(effort);
  try {
    const sizes = effort.quick ? [10, 1000] : [10, 10_000, 100_000];
    const sides = [];
    for (const size of sizes) {
      const collection = `records${size}`;
      const vms = await bench.fleet(Math.min(size, clients), collection, { collection });
      await bench.cloud.ask('fill', { collection, count: size - vms.length });
      const server = await bench.server({ '--firestoreCollectionName': collection });
      await bench.clients(collection, [server.address], vms);
      sides.push({ size, collection, server, samples: [] as Sample[] });
    }
    for (const { collection, server } of sides) {
      await bench.once(collection, 'handshake', clients);
      await bench.round({ group: collection, work: 'getToken', clients: 10, ms: effort.quick ? 2000 : 8000 }, [server.pid]);
    }
    for (let round = 0; round < effort.rounds; round++) {
      for (const { collection, server, samples } of sides) {
        const { cpuMsPerCall, latenciesMs, perSecond } = await bench.round({ group: collection, work: 'getToken', clients: 10 }, [
          server.pid,
        ]);
        samples.push({ cpuMs: cpuMsPerCall, p50: percentile(latenciesMs, 0.5), perSecond });
      }
    }
    const results = sides.map(({ size, server, samples }) => ({ size, samples, residentMb: residentMb(server.pid) }));
    return report(results);
  } finally {
    await bench.close();
  }
}

function report(results: readonly { readonly size: number; readonly samples: readonly Sample[]; readonly residentMb: number }[]): Report {
  const [base] = results;
  const rows = results.map(({ size, samples, residentMb: memory }) => ({
    size,
    cpu: spreadOf(samples.map((sample) => sample.cpuMs)),
    p50: spreadOf(samples.map((sample) => sample.p50)),
    ratio: spreadOf(samples.map((sample, i) => sample.cpuMs / (base?.samples[i]?.cpuMs ?? Number.NaN))),
    slower: spreadOf(samples.map((sample, i) => sample.p50 / (base?.samples[i]?.p50 ?? Number.NaN))),
    memory,
  }));
  const others = rows.slice(1);
  return {
    part: 'records',
    title: 'Cost by number of records',
    about:
      'GetToken by 10 clients in turns against servers whose collections hold this many approvals. Ratios compare each round with the round of the smallest collection beside it.',
    columns: ['records', 'server CPU ms', 'p50 ms', 'CPU to smallest', 'p50 to smallest', 'server MB'],
    rows: rows.map(({ size, cpu, p50, ratio, slower, memory }) => [
      size.toLocaleString('en'),
      spreadText(cpu),
      spreadText(p50),
      spreadText(ratio),
      spreadText(slower),
      figure(memory),
    ]),
    goals: others.flatMap(({ size, ratio, slower }) => [
      {
        what: `server CPU with ${size.toLocaleString('en')} records at most ${goal} x`,
        figure: `${spreadText(ratio)} x`,
        met: ratio.median <= goal,
      },
      {
        what: `latency with ${size.toLocaleString('en')} records at most ${goal} x`,
        figure: `${spreadText(slower)} x`,
        met: slower.median <= goal,
      },
    ]),
    notes: [],
    figures: { results },
  };
}
