import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../../src/localcloud/demo/root.js';
import { audience, story } from '../../src/localcloud/story.js';

/** No limit of the server's own is reached; each part sets the ones that it is about. */
const wideLimits = {
  '--callsPerMinute': '600000000',
  '--callsPerMinutePerInstance': '600000000',
  '--loggingReadsPerMinute': '6000000',
  '--maxConnections': '100000',
  '--maxSessions': '20000',
};

/** The real TokenServer as a process. Its log is read and dropped, as a log collector would read it. */
export class ServerProcess {
  readonly address: string;
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #metricsPort: number;

  private constructor(child: ChildProcess, address: string, metricsPort: number) {
    this.#child = child;
    this.address = address;
    this.pid = child.pid ?? 0;
    this.#metricsPort = metricsPort;
  }

  /** @param directory of the world. @param flags win over the bench's own. @param nodeFlags before the program's name. */
  static async start(
    directory: string,
    flags: Readonly<Record<string, string>> = {},
    nodeFlags: readonly string[] = [],
  ): Promise<ServerProcess> {
    const path = (name: string): string => join(directory, name);
    const all = {
      '--endpoints': path('server.json'),
      '--grpcport': '127.0.0.1:0',
      '--metricsPort': '127.0.0.1:0',
      '--tsAudience': audience,
      '--tlsCert': path('certs/tokenservice.crt'),
      '--tlsKey': path('certs/tokenservice.key'),
      '--tlsCertChain': path('certs/tls-ca.crt'),
      '--firestoreProjectId': story.alice.project.id,
      '--firestoreCollectionName': 'foo',
      '--secretsKeyset': path('keyset.json'),
      '--settleSeconds': '0',
      '--maxTokenAgeSeconds': '3600',
      ...wideLimits,
      ...flags,
    };
    const profile = process.env['BENCH_SERVER_NODE_FLAGS']?.split(' ') ?? [];
    const args = [...profile, ...nodeFlags, join(root, 'dist/server/main.js'), '--useMTLS', ...Object.entries(all).flat()];
    const child = spawn(process.execPath, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
    const problems: string[] = [];
    child.stderr.on('data', (chunk: Buffer) => {
      if (problems.length < 20) problems.push(chunk.toString());
    });
    const ready = new Promise<readonly [string, number]>((resolve, reject) => {
      const lines = createInterface(child.stdout);
      lines.on('line', (line) => {
        const [, address, metrics] = /ready on (\S+) .* metrics on port (\d+)/.exec(line) ?? [];
        if (address !== undefined) {
          lines.close();
          child.stdout.resume();
          resolve([address, Number(metrics)]);
        } else problems.push(line);
      });
      child.once('exit', () => reject(new Error(`the server ended:\n${problems.join('\n')}`)));
    });
    return new ServerProcess(child, ...(await ready));
  }

  /** Sums and counts of the server's own histograms and counters, by series. */
  async metrics(): Promise<ReadonlyMap<string, number>> {
    const text = await (await fetch(`http://127.0.0.1:${this.#metricsPort}/metrics`)).text();
    const series = new Map<string, number>();
    for (const line of text.split('\n')) {
      const cut = line.lastIndexOf(' ');
      if (cut > 0 && !line.startsWith('#')) series.set(line.slice(0, cut), Number(line.slice(cut + 1)));
    }
    return series;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    await once(this.#child, 'exit');
    clearTimeout(timer);
  }
}

/** How much each series grew. */
export function growth(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): (pattern: RegExp) => number {
  return (pattern) => {
    let sum = 0;
    for (const [series, value] of after) if (pattern.test(series)) sum += value - (before.get(series) ?? 0);
    return sum;
  };
}
