import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(__dirname, '../..');
const pages = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((name) => name !== '' && !name.startsWith('test/') && existsSync(join(root, name)));
const read = (name: string): string => readFileSync(join(root, name), 'utf8');

/** The anchor of a heading as GitHub makes it. */
const anchorsOf = (name: string): readonly string[] =>
  [...read(name).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe('what people read', () => {
  it.each(pages)('%s links and shows only what is there', (name) => {
    const links = [...read(name).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^https?:/.test(target));
    const broken = links.filter((target) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? name : join(dirname(name), path);
      return !existsSync(join(root, file)) || (anchor !== undefined && !anchorsOf(file).includes(anchor));
    });
    expect(broken).toEqual([]);
  });

  it('every page can be reached from the README', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      for (const [, target = ''] of read(page).matchAll(/\]\(([^)\s#]+\.md)(?:#[^)]*)?\)/g)) {
        const file = join(dirname(page), target);
        if (existsSync(join(root, file))) reached.add(file);
      }
    }
    expect(pages.filter((page) => !reached.has(page))).toEqual([]);
  });

  it('reason codes that docs/incidents.md names are in the code', () => {
    const named = [...read('docs/incidents.md').matchAll(/`([A-Z][A-Z_]{5,})`/g)].map(([, code = '']) => code);
    expect(named.length).toBeGreaterThan(4);
    const sources = execFileSync('git', ['ls-files', 'src'], { cwd: root, encoding: 'utf8' })
      .split('\n')
      .filter((file) => file.endsWith('.ts'));
    const code = sources.map(read).join('\n');
    expect(named.filter((reason) => !code.includes(`'${reason}'`))).toEqual([]);
  });
});
