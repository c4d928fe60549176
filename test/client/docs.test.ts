import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode } from '../../src/client/exit-codes.js';
import { clientFlags, signFlags } from '../../src/client/flags.js';
import { workloadFlags } from '../../src/client/workload/flags.js';

const read = (name: string): string => readFileSync(join(__dirname, '../../docs', name), 'utf8');

test.each(['deploy.md', 'workload.md'])('%s names only flags that exist', (name) => {
  const known = new Set([
    ...[...clientFlags, ...workloadFlags, ...signFlags].flatMap(({ name: flag, aliases = [] }) => [flag, ...aliases]),
    // Of docker, curl, tar and the workloads of the examples.
    ...['device', 'tmpfs', 'ulimit', 'unix', 'data', 'init', 'key', 'keyset', 'format'],
    // Of Alice's provisioner.
    ...['secretsFile', 'payloadCommand', 'indirect'],
  ]);
  const named = [...read(name).matchAll(/--([A-Za-z]\w*)/g)].map(([, flag]) => flag!);
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((flag) => !known.has(flag))).toEqual([]);
});

test('deploy.md lists exactly the exit codes', () => {
  const listed = [...read('deploy.md').matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
  expect(listed).toEqual(Object.values(ExitCode));
});
