import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(__dirname, '../..');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rooms-'));
  for (const name of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']) cpSync(join(root, name), join(folder, name));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The names of the rules that a tree made of these files breaks. */
function brokenRules(files: Readonly<Record<string, string>>): readonly string[] {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  let output: string;
  try {
    output = execFileSync(
      join(root, 'node_modules/.bin/depcruise'),
      ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src'],
      {
        cwd: folder,
        encoding: 'utf8',
        maxBuffer: 64 << 20,
      },
    );
  } catch (error) {
    output = (error as { stdout: string }).stdout;
  }
  const { summary } = JSON.parse(output) as { summary: { violations: readonly { rule: { name: string } }[] } };
  return [...new Set(summary.violations.map(({ rule }) => rule.name))].sort();
}

const room = (name: string, text = 'export const x = 1;\n'): Record<string, string> => ({ [`src/${name}/index.ts`]: text });
const from = (path: string): string => `import { x } from '${path}';\nexport const y = x;\n`;

describe('the rules of the rooms', () => {
  it('a good tree breaks none', () => {
    expect(brokenRules({ ...room('base'), 'src/tpm/codec.ts': from('../base/index.js') })).toEqual([]);
  });

  it.each([
    ['rooms-point-down-base', { ...room('tpm'), 'src/base/a.ts': from('../tpm/index.js') }],
    ['rooms-point-down-server', { ...room('tpm-device'), 'src/server/a.ts': from('../tpm-device/index.js') }],
    ['rooms-point-down-server', { ...room('client'), 'src/server/a.ts': from('../client/index.js') }],
    ['rooms-point-down-client', { ...room('appraisal'), 'src/client/a.ts': from('../appraisal/index.js') }],
    ['rooms-point-down-localcloud', { ...room('facts'), 'src/localcloud/a.ts': from('../facts/index.js') }],
    ['rooms-point-down-gcp', { ...room('localcloud'), 'src/gcp/a.ts': from('../localcloud/index.js') }],
    ['through-the-door', { 'src/base/bytes.ts': 'export const x = 1;\n', 'src/tpm/a.ts': from('../base/bytes.js') }],
    ['no-cycles', { 'src/base/a.ts': from('./b.js'), 'src/base/b.ts': "import { y } from './a.js';\nexport const x = () => y;\n" }],
    ['only-gcp-knows-google', { 'src/server/a.ts': "import { Firestore } from '@google-cloud/firestore';\nexport const x = Firestore;\n" }],
    ['only-gcp-knows-google', { 'src/server/a.ts': "import * as jose from 'jose';\nexport const x = jose;\n" }],
    ['only-keyset-knows-tink', { 'src/client/a.ts': "import * as tink from 'tink-crypto';\nexport const x = tink;\n" }],
    ['only-the-edges-know-grpc', { 'src/appraisal/a.ts': "import * as grpc from '@grpc/grpc-js';\nexport const x = grpc;\n" }],
    ['checks-are-pure', { 'src/appraisal/checks/a.ts': "import { readFileSync } from 'node:fs';\nexport const x = readFileSync;\n" }],
    ['tpm-structures-are-pure', { 'src/tpm/a.ts': "import net from 'node:net';\nexport const x = net;\n" }],
    ['production-needs-no-dev-package', { 'src/base/a.ts': "import fc from 'fast-check';\nexport const x = fc;\n" }],
  ])('%s is enforced: %j', (rule, files) => {
    expect(brokenRules(files)).toContain(rule);
  });
});
