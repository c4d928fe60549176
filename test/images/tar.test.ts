import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, linkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTar, writeTar, type TarEntry } from '../../images/builder/tar.js';

const file = (path: string, text: string, mode = 0o644): TarEntry => ({ kind: 'file', path, mode, content: Buffer.from(text) });
const entries: readonly TarEntry[] = [
  file('b/two.txt', 'two', 0o600),
  file('a', 'x'.repeat(512)),
  { kind: 'symlink', path: 'b/link', mode: 0o777, target: '/a' },
  { kind: 'directory', path: 'tmp', mode: 0o1777 },
];
const gnuTar = (bytes: Buffer, ...args: readonly string[]): string =>
  execFileSync('tar', [...args, '--file', '-'], { input: bytes, encoding: 'utf8', env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' } });

describe('writeTar', () => {
  it('writes what GNU tar lists: sorted, parents added, owned by 0:0, from 1970', () => {
    expect(gnuTar(writeTar(entries), '--list', '--verbose', '--numeric-owner').replaceAll(/ +/g, ' ').trimEnd().split('\n')).toEqual([
      '-rw-r--r-- 0/0 512 1970-01-01 00:00 a',
      'drwxr-xr-x 0/0 0 1970-01-01 00:00 b/',
      'lrwxrwxrwx 0/0 0 1970-01-01 00:00 b/link -> /a',
      '-rw------- 0/0 3 1970-01-01 00:00 b/two.txt',
      'drwxrwxrwt 0/0 0 1970-01-01 00:00 tmp/',
    ]);
    expect(gnuTar(writeTar(entries), '--extract', '--to-stdout', 'b/two.txt')).toBe('two');
  });

  it('writes the same bytes in whatever order the entries come', () => {
    expect(writeTar([...entries].reverse()).equals(writeTar(entries))).toBe(true);
  });

  it('refuses two files of one name, and a name that the header cannot hold', () => {
    expect(() => writeTar([file('a', '1'), file('a', '2')])).toThrow('two files of one layer are called a');
    expect(() => writeTar([file('n'.repeat(101), '')])).toThrow('too long for a tar header');
  });
});

describe('readTar', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tar-'));
    writeFileSync(join(directory, 'plain'), 'text', { mode: 0o640 });
  });
  afterEach(() => rmSync(directory, { recursive: true }));
  const packed = (format: string): Buffer => execFileSync('tar', ['--create', `--format=${format}`, '--directory', directory, '.']);

  it.each(['gnu', 'ustar'])('reads what GNU tar writes as %s', (format) => {
    symlinkSync('plain', join(directory, 'soft'));
    expect([...readTar(packed(format))].sort((a, b) => a.path.localeCompare(b.path))).toEqual([
      { kind: 'file', path: 'plain', mode: 0o640, content: Buffer.from('text') },
      { kind: 'symlink', path: 'soft', mode: 0o777, target: 'plain' },
    ]);
  });

  it('refuses what it does not understand: hard links, extended headers', () => {
    linkSync(join(directory, 'plain'), join(directory, 'hard'));
    expect(() => readTar(packed('gnu'))).toThrow('of a kind that is not expected here');
    rmSync(join(directory, 'hard'));
    writeFileSync(join(directory, 'n'.repeat(120)), '');
    expect(() => readTar(packed('gnu'))).toThrow('of a kind that is not expected here');
  });

  it('refuses a changed header, a file that ends early, and a member outside of the root', () => {
    const bytes = writeTar([file('a', 'text')]);
    const changed = Buffer.from(bytes);
    changed.write('b', 0);
    expect(() => readTar(changed)).toThrow('wrong checksum');
    expect(() => readTar(writeTar([file('a', 'x'.repeat(600))]).subarray(0, 1024))).toThrow('ends in the middle');
    expect(() => readTar(writeTar([file('b/../../a', '')]))).toThrow('leaves its root');
  });
});
