import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FlagSpec } from '../../src/base/index.js';
import { flags } from '../../src/provisioner/config.js';
import { exitCodes } from '../../src/provisioner/exit.js';

const page = (name: string): string => readFileSync(join(__dirname, '../../docs', name), 'utf8');

test('docs/config.md has the flags of the provisioner as they are (npm run build && node scripts/gen-config-doc.cjs)', () => {
  const { renderFlags } = require('../../scripts/gen-config-doc.cjs') as {
    renderFlags: (title: string, table: readonly FlagSpec[]) => string;
  };
  expect(page('config.md')).toContain(renderFlags('provisioner', flags));
});

test('docs/operate.md names every exit code, and no flag that does not exist', () => {
  const operate = page('operate.md');
  for (const code of Object.values(exitCodes)) expect(operate).toMatch(new RegExp(`^\\| ${code} +\\|`, 'm'));
  const certs = ['serverName', 'serverIp', 'clientSerial'];
  const known = new Set([
    ...flags.flatMap(({ name, aliases = [] }) => [name, ...aliases]),
    ...certs,
    'tlsServerPin',
    'acceptReferenceRecords',
  ]);
  const named = [...operate.matchAll(/(?<![\w-])--([A-Za-z0-9]+)/g)].map(([, name = '']) => name);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});
