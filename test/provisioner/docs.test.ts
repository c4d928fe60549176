import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FlagSpec } from '../../src/base/index.js';
import { flags } from '../../src/provisioner/config.js';
import { exitCodes } from '../../src/provisioner/exit.js';
import { lintScript } from '../../src/provisioner/lint/script/index.js';
import { flags as serverFlags } from '../../src/server/flag-table.js';
import { hardenedScript } from './support/article.js';

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
    ...[...flags, ...serverFlags].flatMap(({ name, aliases = [] }) => [name, ...aliases]),
    ...certs,
    // Of the client; of systemctl, docker and node.
    ...['tlsServerPin', 'now', 'log', 'require', 'user', 'read', 'cap', 'security', 'dport', 'ctstate'],
  ]);
  const named = [...operate.matchAll(/(?<![\w-])--([A-Za-z0-9]+)/g)].map(([, name = '']) => name);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});

test('the review has nothing to say against the bootcmd of docs/operate.md', () => {
  const [, bootcmd = ''] = /```yaml\n(bootcmd:[^]*?)```/.exec(page('operate.md')) ?? [];
  const script = hardenedScript.replace(/bootcmd:[^]*?\nruncmd:/, `${bootcmd}\nruncmd:`);
  expect(script).not.toBe(hardenedScript);
  expect(lintScript(script, []).filter(({ grade }) => grade !== 'OK')).toEqual([]);
});

test.each(['article', 'good'])('docs/operate.md prints findings of %s as the golden has them', (name) => {
  const golden = readFileSync(join(__dirname, `../golden/review/${name}.txt`), 'utf8');
  const [, printed = ''] = /```\n( {2}WARN script-user[^]*?)\n8 FAIL/.exec(page('operate.md')) ?? [];
  const parts = printed.split('...\n');
  expect(parts).toHaveLength(3);
  expect(parts.every((part) => golden.includes(part))).toBe(name === 'article');
});

describe('the pictures of a terminal', () => {
  const { pictures, render } = require('../../scripts/gen-pictures.cjs') as {
    pictures: () => readonly (readonly [name: string, picture: string])[];
    render: (recording: string, title: string) => string;
  };

  it.each(pictures())(
    '%s is what its recording gives (node scripts/gen-pictures.cjs), is small, and stands in operate.md',
    (name, picture) => {
      expect(page(`pictures/${name}`)).toBe(picture);
      expect(picture.length).toBeLessThan(60_000);
      expect(page('operate.md')).toContain(`](pictures/${name})`);
    },
  );

  it('have the colours, the bold and the line breaks of the terminal, and nothing that a browser would run', () => {
    const picture = render('\u001b[Kprogress\u001b[K\u001b[1m\u001b[31mFAIL\u001b[39m\u001b[22m a<b>&\r\n' + 'x'.repeat(81), 'test');
    expect(picture).toContain('fill="#f14c4c" font-weight="bold">FAIL</tspan>');
    expect(picture).toContain('> a&lt;b&gt;&amp;</tspan>');
    expect(picture).toContain(`>${'x'.repeat(80)}</tspan></text>`);
    expect(picture).toContain('>x</tspan></text>');
    expect(picture).not.toContain('progress');
    expect(
      pictures()
        .map(([, svg]) => svg)
        .join(''),
    ).not.toMatch(/<script|onload|href|<foreignObject/);
  });

  it.each(['\u001b[2J', '\u001b]0;title\u0007', 'caf\u00e9', '\u202e'])('a recording with %j is refused', (bytes) => {
    expect(() => render(bytes, 'test')).toThrow('the recording has');
  });
});
