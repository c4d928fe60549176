// One, two and three servers with sessions in Firestore, behind clients that use them all.
import { Bench, type Effort } from '../bench.js';
import type { Report } from '../report.js';
import { figure, percentile, spreadOf, spreadText } from '../statistics.js';

const clients = 48;

interface Sample {
  readonly perSecond: number;
  readonly cpuMs: number;
  readonly p50: number;
}

export async function replicas(effort: Effort): Promise<Report> {
  const bench = await Bench.open(effort);
  try {
    const sizes = [1, 2, 3];
    const flags = { '--sessionStore': 'firestore', '--replicas': '3' };
    const servers = [await bench.server(flags), await bench.server(flags), await bench.server(flags)];
    for (const size of sizes) {
      const vms = await bench.fleet(effort.quick ? 12 : clients, `replicas-${size}`);
      await bench.clients(
        `replicas-${size}`,
        servers.slice(0, size).map(({ address }) => address),
        vms,
      );
    }
    const samples = new Map<number, Sample[]>(sizes.map((size) => [size, []]));
    for (const size of sizes) await bench.round(workOf(size), pidsOf(servers, size));
    for (let round = 0; round < effort.rounds; round++) {
      for (const size of sizes) {
        const { perSecond, cpuMsPerCall, latenciesMs } = await bench.round(workOf(size), pidsOf(servers, size));
        samples.get(size)?.push({ perSecond, cpuMs: cpuMsPerCall, p50: percentile(latenciesMs, 0.5) });
      }
    }
    return report(samples);
  } finally {
    await bench.close();
  }
}

const workOf = (size: number): { readonly group: string; readonly work: 'release' } => ({ group: `replicas-${size}`, work: 'release' });

const pidsOf = (servers: readonly { readonly pid: number }[], size: number): readonly number[] =>
  servers.slice(0, size).map(({ pid }) => pid);

function report(samples: ReadonlyMap<number, readonly Sample[]>): Report {
  return {
    part: 'replicas',
    title: 'Replicas',
    about: `Handshakes with release, ${clients} clients over one, two and three servers, sessions in Firestore. Clients, local cloud and servers share the processors of one machine, so more servers bring no more releases here; what counts is that a release costs no more.`,
    columns: ['servers', 'releases per second', 'CPU ms of all servers', 'p50 ms'],
    rows: [...samples].map(([size, all]) => [
      String(size),
      spreadText(spreadOf(all.map((each) => each.perSecond))),
      spreadText(spreadOf(all.map((each) => each.cpuMs))),
      figure(spreadOf(all.map((each) => each.p50)).median),
    ]),
    goals: [],
    notes: [],
    figures: { samples: Object.fromEntries(samples) },
  };
}
