// How fast is the TokenServer, and beside what? npm run bench:server -- [PART...] [--quick] [--rounds N] [--json FILE] [--write]
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../src/localcloud/demo/root.js';
import type { Effort } from './bench.js';
import { clients } from './parts/clients.js';
import { herd } from './parts/herd.js';
import { latency } from './parts/latency.js';
import { memory } from './parts/memory.js';
import { records } from './parts/records.js';
import { replicas } from './parts/replicas.js';
import { throughput } from './parts/throughput.js';
import { reportText, type Report } from './report.js';

const parts: Readonly<Record<string, (effort: Effort) => Promise<Report>>> = {
  throughput,
  latency,
  records,
  herd,
  memory,
  replicas,
  clients,
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: 'boolean' }, rounds: { type: 'string' }, json: { type: 'string' }, write: { type: 'boolean' } },
  });
  const unknown = positionals.find((name) => !(name in parts));
  if (unknown !== undefined) throw new Error(`there is no part ${unknown}: ${Object.keys(parts).join(', ')}`);
  const quick = values.quick === true;
  const effort: Effort = {
    quick,
    rounds: Number(values.rounds ?? (quick ? 3 : 7)),
    roundMs: quick ? 1000 : 1500,
    herdRounds: Number(values.rounds ?? 1),
  };
  const names = positionals.length === 0 ? Object.keys(parts) : positionals;
  const reports: Report[] = [];
  for (const name of names) {
    const run = parts[name];
    if (run === undefined) continue;
    const startedAt = Date.now();
    const [load = 0] = loadavg();
    const report = withConditions(await run(effort), effort, load);
    reports.push(report);
    process.stdout.write(`\n## ${report.title}\n\n${reportText(report)}\n(${Math.round((Date.now() - startedAt) / 1000)} s)\n`);
  }
  if (values.json !== undefined) writeJson(values.json, reports);
  if (values.write === true) for (const report of reports) writeDocument(report);
}

/** Under which conditions the figures were taken belongs to them. */
function withConditions(report: Report, { rounds, roundMs, quick }: Effort, load: number): Report {
  const machine = `${cpus().length} processors (${cpus()[0]?.model ?? 'unknown'}), Node ${process.version}, load average ${load.toFixed(1)} before the run`;
  const note = `taken with ${quick ? '--quick, ' : ''}up to ${rounds} rounds of ${roundMs / 1000} s; ${machine}`;
  return { ...report, notes: [...report.notes, note] };
}

function writeJson(file: string, reports: readonly Report[]): void {
  mkdirSync(dirname(file), { recursive: true });
  const machine = { node: process.version, at: new Date().toISOString() };
  writeFileSync(file, `${JSON.stringify({ machine, reports }, (key, value: unknown) => (key === 'latenciesMs' ? undefined : value), 2)}\n`);
}

/** Puts the table of a part between its markers in docs/performance.md. @throws Error when they are not there. */
function writeDocument(report: Report): void {
  const file = join(root, 'docs/performance.md');
  const text = readFileSync(file, 'utf8');
  const [begin, end] = [`<!-- bench:${report.part} -->`, `<!-- /bench:${report.part} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/performance.md has no ${begin} and ${end}`);
  writeFileSync(file, `${text.slice(0, from + begin.length)}\n\n${reportText(report)}\n\n${text.slice(to)}`);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`bench: ${error instanceof Error ? (error.stack ?? error.message) : 'failed'}\n`);
    process.exit(1);
  },
);
