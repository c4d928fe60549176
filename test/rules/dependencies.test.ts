import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
  'dependencies' | 'devDependencies',
  Record<string, string>
>;
const rows = readFileSync(join(root, 'docs/dependencies.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| [@a-z]/.test(line) && !line.startsWith('| package'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

const sources = readdirSync(join(root, 'src'), { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.ts') && !name.includes('generated'))
  .map((name) => ({ name: `src/${name}`, text: readFileSync(join(root, 'src', name), 'utf8') }));

const importsIt = (text: string, name: string): boolean =>
  new RegExp(`(?:from|import|import\\(|require\\()\\s*'${name}(?:/[^']*)?'`).test(text);

const card = [
  '@grpc/grpc-js',
  '@grpc/proto-loader',
  '@google-cloud/firestore',
  '@google-cloud/compute',
  '@google-cloud/logging',
  'google-auth-library',
  'jose',
  'tink-crypto',
];

describe('docs/dependencies.md', () => {
  it('has one row for every package of package.json, and no other', () => {
    const documented = rows.flatMap(([, names = '']) => names.split(', ')).sort();
    expect(documented).toEqual([...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)].sort());
  });

  it.each(rows.filter((row) => row.length > 4 && row[3] !== '').map(([, name = '', , call = '']) => [name, call]))(
    '%s is imported where its production call is said to be: %s',
    (name, call) => {
      const place = /^src\/[\w./-]+/.exec(call)?.[0] ?? 'nowhere';
      const there = sources.filter((source) => source.name === place || source.name.startsWith(`${place}/`));
      expect(there.filter(({ text }) => importsIt(text, name)).map(({ name: file }) => file)).not.toEqual([]);
      const symbol = /: ([A-Za-z]+)(?:\.([A-Za-z]+))?$/.exec(call);
      if (symbol !== null) expect(there.map(({ text }) => text).join()).toMatch(new RegExp(symbol[2] ?? symbol[1] ?? ''));
    },
  );

  it('every run-time dependency is imported outside tests and outside the local cloud', () => {
    const production = sources.filter(({ name }) => !name.startsWith('src/localcloud/'));
    const unused = Object.keys(manifest.dependencies).filter((name) => !production.some(({ text }) => importsIt(text, name)));
    expect(unused).toEqual([]);
  });

  it('the packages that this project is built on are run-time dependencies', () => {
    expect(card.filter((name) => !(name in manifest.dependencies))).toEqual([]);
  });

  it('every version is exact', () => {
    expect(
      Object.values({ ...manifest.dependencies, ...manifest.devDependencies }).filter((version) => !/^\d+\.\d+\.\d+$/.test(version)),
    ).toEqual([]);
  });
});

describe('package-lock.json', () => {
  it('is complete', () => {
    expect(execFileSync(process.execPath, [join(root, 'scripts/check-lock.mjs')], { encoding: 'utf8' })).toMatch(/^lock is complete/);
  });
});
