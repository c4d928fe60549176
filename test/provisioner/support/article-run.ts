import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VmFacts } from './memory-cloud.js';
import { MemoryCloud } from './memory-cloud.js';
import { provision, type Outcome, type RunOptions } from './harness.js';

/** The article's afternoon. */
export const articleNow = new Date('2021-06-22T13:00:00Z');
export const pcr0 = '24af52a4f429b71a3184a6d64cddad17e54ea030e2aa6576bf3a5a3d8bd3328f';
export const secretCanary = 'canary-value-of-secret1';

/** One approval of one VM, on a cloud in memory, with the flags of the article and what has no default. */
export class ArticleRun {
  readonly cloud: MemoryCloud;
  readonly directory = mkdtempSync(join(tmpdir(), 'approve-'));

  constructor(facts: VmFacts) {
    this.cloud = new MemoryCloud(facts);
    this.file('secrets.json', JSON.stringify([{ name: 'secret1', type: 'RAW', data: Buffer.from(secretCanary).toString('base64') }]));
  }

  /** Writes a file of the test's directory; gives its path. */
  file(name: string, content: string | Uint8Array): string {
    const path = join(this.directory, name);
    writeFileSync(path, content);
    return path;
  }

  get flags(): string[] {
    const { project, zone, instance } = this.cloud.facts;
    const target = ['--clientProjectId', project, '--clientVMZone', zone, '--clientVMId', instance.id];
    const peer = ['--peerAddress', '34.121.225.36', '--peerSerialNumber=5', '--peerCertificateSha256', 'ab'.repeat(32)];
    const policy = ['--attestationPCRValue', pcr0, '--maxReleases', '3', '--approvedBy', 'alice', '--acceptClearSecrets'];
    return ['--fireStoreProjectId', 'ts-project', ...target, '--secretsFile', join(this.directory, 'secrets.json'), ...peer, ...policy];
  }

  approve(options: RunOptions & { readonly flags?: readonly string[]; readonly without?: readonly string[] } = {}): Promise<Outcome> {
    const { flags = [], without = [], ...rest } = options;
    const kept = this.flags.flatMap((word, i, all) =>
      without.includes(word) || (without.includes(all[i - 1] ?? '') && !word.startsWith('--')) ? [] : [word],
    );
    return this.command([...kept, ...flags], rest);
  }

  command(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return provision(args, () => this.cloud, { now: articleNow, ...options });
  }

  /** Removes the test's files. */
  end(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
