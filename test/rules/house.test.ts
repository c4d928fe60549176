import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((name) => name !== '' && existsSync(join(root, name)));
const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const code = tracked.filter((name) => /^src\/.*\.ts$/.test(name) && !name.includes('/generated/'));
const text = tracked.filter(
  (name) => /\.(?:ts|mjs|cjs|js|md|proto|json|yaml|yml|tf)$/.test(name) && !/^(?:package-lock\.json|test\/vectors\/)/.test(name),
);

describe('the house rules', () => {
  it('a file of src has at most 250 lines', () => {
    expect(code.filter((name) => read(name).split('\n').length > 251)).toEqual([]);
  });

  it('every room has a door that says what it is for', () => {
    const rooms = [...new Set(code.map((name) => name.split('/')[1] ?? ''))];
    const apps = ['server', 'client', 'provisioner', 'certs'];
    expect(rooms.filter((room) => !apps.includes(room) && !read(`src/${room}/index.ts`).startsWith('//'))).toEqual([]);
  });

  it('nothing promises later work, and nothing is switched off', () => {
    const words = new RegExp(
      [
        '\\bTO' + 'DO\\b',
        'FIX' + 'ME',
        '\\bX' + 'XX\\b',
        'not ' + 'implemented',
        'istanbul ' + 'ignore',
        'c8 ' + 'ignore',
        '@ts-' + 'ignore',
        '@ts-' + 'nocheck',
        'ox' + 'lint-disable',
        'es' + 'lint-disable',
        'as ' + 'any\\b',
        '\\.(?:skip|only|to' + 'do)\\(',
        '\\bx(?:it|describe)\\(',
      ].join('|'),
    );
    expect(text.filter((name) => /\.(?:ts|mjs|cjs|js)$/.test(name) && words.test(read(name)))).toEqual([]);
  });

  it('no room is a dumping ground', () => {
    expect(code.filter((name) => /(?:^|[/-])(?:utils?|helpers?|common|misc)(?:[/.-]|$)/.test(name))).toEqual([]);
  });

  it('no private key is tracked outside the recorded vectors', () => {
    const key = new RegExp('BEGIN ([A-Z]+ )?PRIVATE ' + 'KEY');
    expect(tracked.filter((name) => !name.startsWith('test/vectors/') && !/\.(?:gz|png)$/.test(name) && key.test(read(name)))).toEqual([]);
  });

  it('only the ways in are called expose', () => {
    // A Secret's bytes leave it where they are sent, unwrapped, sealed or handed over, and nowhere else.
    const rooms = new Set(code.filter((name) => /\.expose\(\)/.test(read(name))).map((name) => name.split('/').slice(0, 2).join('/')));
    expect(
      [...rooms].filter(
        (room) => !['src/record', 'src/wire', 'src/client', 'src/server', 'src/provisioner', 'src/keyset', 'src/gcp'].includes(room),
      ),
    ).toEqual([]);
  });
});
