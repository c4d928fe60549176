import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode } from '../../src/client/exit-codes.js';
import { helpText, type FlagSpec } from '../../src/base/index.js';
import { flags } from '../../src/client/config.js';
import { tpmFlags } from '../../src/client/tpm-cli/index.js';

const read = (name: string): string => readFileSync(join(__dirname, '../../docs', name), 'utf8');

test.each(['deploy.md', 'workload.md'])('%s names only flags that exist', (name) => {
  const known = new Set([
    ...[...flags, ...[...tpmFlags.values()].flat()].flatMap(({ name: flag, aliases = [] }) => [flag, ...aliases]),
    // Of docker, curl, tar, bq and the workloads of the examples.
    ...['device', 'tmpfs', 'ulimit', 'unix', 'data', 'init', 'key', 'keyset', 'format', 'parameter'],
    // Of Alice's provisioner.
    ...['secretsFile', 'payloadCommand', 'indirect'],
  ]);
  const named = [...read(name).matchAll(/--([A-Za-z]\w*)/g)].map(([, flag]) => flag!);
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((flag) => !known.has(flag))).toEqual([]);
});

test('docs/config.md has the flags of the client as they are (npm run build && node scripts/gen-config-doc.cjs)', () => {
  const { renderFlags } = require('../../scripts/gen-config-doc.cjs') as {
    renderFlags: (title: string, table: readonly FlagSpec[]) => string;
  };
  const page = read('config.md');
  expect(page).toContain(renderFlags('tokenclient', flags));
  for (const [name, table] of tpmFlags) expect(page).toContain(renderFlags(`tokenclient tpm ${name}`, table));
});

test('--help and docs/config.md name the same flags', () => {
  const inHelp = [...helpText([], flags).matchAll(/^ {2}--(\S+)/gm)].map(([, name]) => name);
  const [, part = ''] = read('config.md').split('\n## tokenclient\n');
  const inPage = [...(part.split('\n## ')[0] ?? '').matchAll(/^\| `--(\w+)`/gm)].map(([, name]) => name);
  expect(inPage).toEqual(inHelp);
});

test('deploy.md lists exactly the exit codes', () => {
  const listed = [...read('deploy.md').matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
  expect(listed).toEqual(Object.values(ExitCode));
});
