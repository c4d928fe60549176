import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ChainFiles {
  readonly directory: string;
  /** Path of one of tls-ca.crt, tokenservice.crt, tokenservice.key, tokenclient.crt, tokenclient.key. */
  path(name: string): string;
  read(name: string): Buffer;
  remove(): void;
}

/** A fresh certificate chain in a directory of its own, made by the command that users run. */
export function makeChain(...flags: readonly string[]): ChainFiles {
  const directory = mkdtempSync(join(tmpdir(), 'chain-'));
  execFileSync(process.execPath, [join(__dirname, '../../dist/certs/main.js'), '--out', directory, '--force', ...flags], {
    stdio: 'pipe',
  });
  return {
    directory,
    path: (name) => join(directory, name),
    read: (name) => readFileSync(join(directory, name)),
    remove: () => {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
