import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { helpText, type FlagSpec } from '../../src/base/index.js';
import { flags } from '../../src/server/config.js';

const page = readFileSync(join(__dirname, '../../docs/config.md'), 'utf8');

test('docs/config.md has the server flags as they are (npm run build && node scripts/gen-config-doc.cjs)', () => {
  const { renderFlags } = require('../../scripts/gen-config-doc.cjs') as {
    renderFlags: (title: string, table: readonly FlagSpec[]) => string;
  };
  expect(page).toContain(renderFlags('tokenserver', flags));
});

test('--help and docs/config.md name the same flags', () => {
  const inHelp = [...helpText([], flags).matchAll(/^ {2}--(\S+)/gm)].map(([, name]) => name);
  const [, part = ''] = page.split('\n## tokenserver\n');
  const inPage = [...(part.split('\n## ')[0] ?? '').matchAll(/^\| `--(\w+)`/gm)].map(([, name]) => name);
  expect(inPage).toEqual(inHelp);
});
