import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { AppError } from '../../../src/base/index.js';
import { readArchive } from '../../../src/client/payload/archive.js';
import { blocksOf, tarOf, type TarEntry } from '../support/tar.js';

const contentsOf = (bytes: Buffer): Readonly<Record<string, string>> =>
  Object.fromEntries(readArchive(bytes).files.map((file) => [file.path, file.bytes.toString('latin1')]));

function problemWith(bytes: Buffer): string {
  try {
    readArchive(bytes);
  } catch (error) {
    if (error instanceof AppError && error.code === 'BYTES_MALFORMED') return error.message;
    throw error;
  }
  return '';
}

const file: TarEntry = { name: 'a', data: Buffer.from('hello') };
const directory: TarEntry = { name: 'd/', type: '5' };

describe('archives of the real tar', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'archive-'));
    mkdirSync(join(folder, 'in/lib/deep'), { recursive: true });
    writeFileSync(join(folder, 'in/start'), '#!/bin/sh\n', { mode: 0o755 });
    chmodSync(join(folder, 'in/start'), 0o755);
    writeFileSync(join(folder, 'in/lib/deep/data'), Buffer.alloc(1024, 'x'));
    writeFileSync(join(folder, 'in/lib/empty'), '');
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const tar = (...args: readonly string[]): Buffer => execFileSync('tar', ['-C', join(folder, 'in'), ...args, '.'], { maxBuffer: 1 << 24 });

  it.each([
    ['ustar', ['--format=ustar', '-c']],
    ['GNU', ['--format=gnu', '-c']],
    ['ustar, compressed', ['--format=ustar', '-cz']],
  ])('are read: %s', (_name, args) => {
    const { directories, files } = readArchive(tar(...args));
    expect([...directories].sort()).toEqual(['lib', 'lib/deep']);
    expect(Object.fromEntries(files.map(({ path, isExecutable, bytes }) => [path, [isExecutable, bytes.length]]))).toEqual({
      'lib/deep/data': [false, 1024],
      'lib/empty': [false, 0],
      start: [true, 10],
    });
  });

  it('are read with a name that needs the prefix of ustar, and refused with the extension of GNU tar for it', () => {
    const long = `${'n'.repeat(90)}/${'m'.repeat(90)}`;
    mkdirSync(join(folder, 'in', 'n'.repeat(90)));
    writeFileSync(join(folder, 'in', long), 'long');
    expect(contentsOf(tar('--format=ustar', '-c'))).toMatchObject({ [long]: 'long' });
    expect(problemWith(tar('--format=gnu', '-c'))).toMatch(/a long name of GNU tar: .*--format=ustar/);
    expect(problemWith(tar('--format=pax', '-c'))).toMatch(/an extended header \(pax\)/);
    rmSync(join(folder, 'in', 'n'.repeat(90)), { recursive: true });
  });

  it('are refused with a symbolic link', () => {
    symlinkSync('/etc/passwd', join(folder, 'in/link'));
    expect(problemWith(tar('--format=ustar', '-c'))).toMatch(/is a symbolic link/);
    rmSync(join(folder, 'in/link'));
  });
});

describe('what is refused', () => {
  it.each<[string, readonly TarEntry[], RegExp]>([
    ['an absolute path', [{ ...file, name: '/etc/passwd' }], /absolute path: entry 1$/],
    ['a path that leads out', [file, { ...file, name: '../b' }], /leads out of the archive: entry 2$/],
    ['one that leads out and in again', [{ ...file, name: 'd/../../d/a' }], /leads out/],
    ['one that leads out at its end', [{ ...directory, name: 'd/..' }], /leads out/],
    ['one that leads out by its prefix', [{ ...file, prefix: '..' }], /leads out/],
    ['an absolute prefix', [{ ...file, prefix: '/etc' }], /absolute/],
    ['an empty name', [{ ...file, name: '' }], /empty part/],
    ['an empty directory name', [{ ...directory, name: '' }], /empty part/],
    ['an empty part', [{ ...file, name: 'd//a' }], /empty part/],
    ['a part that is a dot', [{ ...file, name: 'd/./a' }], /empty part/],
    ['a file that ends as a directory', [{ ...file, name: 'a/' }], /empty part/],
    ['a control character', [{ ...file, name: 'a\u001b[2J' }], /control characters/],
    ['a line break', [{ ...file, name: 'a\nb' }], /control characters/],
    ['a hard link', [{ ...file, type: '1', link: 'b' }], /is a hard link/],
    ['a symbolic link', [{ name: 'a', type: '2', link: '/etc/passwd' }], /is a symbolic link/],
    ['a character device', [{ name: 'a', type: '3' }], /is a device/],
    ['a block device', [{ name: 'a', type: '4' }], /is a device/],
    ['a pipe', [{ name: 'a', type: '6' }], /is a named pipe/],
    ['a contiguous file', [{ ...file, type: '7' }], /contiguous/],
    ['an extended header', [{ name: 'a', type: 'x', data: Buffer.from('12 path=/b\n') }, file], /extended header/],
    ['an extended header for all', [{ name: 'a', type: 'g', data: Buffer.from('12 path=/b\n') }, file], /extended header/],
    ['a long name of GNU tar', [{ name: 'a', type: 'L', data: Buffer.from('/b\0') }, file], /long name of GNU tar/],
    ['a sparse file', [{ name: 'a', type: 'S' }], /sparse/],
    ['an unknown type', [{ name: 'a', type: 'Z' }], /of an unknown type/],
    ['a file with a link target', [{ ...file, link: '/etc/passwd' }], /names a target/],
    ['set-user-id', [{ ...file, mode: 0o4755 }], /set-user-id/],
    ['set-group-id', [{ ...file, mode: 0o2755 }], /set-group-id/],
    ['a sticky bit', [{ ...directory, mode: 0o1777 }, file], /sticky/],
    ['unknown bits', [{ ...file, mode: 0o100644 }], /unknown bits/],
    ['the same file twice', [file, file], /two entries of one name, the second is entry 2/],
    ['the same name with and without ./', [file, { ...file, name: './a' }], /two entries of one name/],
    ['the same directory twice', [directory, directory, file], /two entries of one name/],
    ['a directory in the place of a file', [file, { ...directory, name: 'a/' }], /two entries of one name/],
    [
      'a file in the place of a directory',
      [
        { ...file, name: 'd/a' },
        { ...file, name: 'd' },
      ],
      /two entries of one name/,
    ],
    ['a file below a file', [file, { ...file, name: 'a/b' }], /entry 2 below a file/],
    ['a directory with data', [{ ...directory, data: Buffer.from('x') }], /directory with data/],
    ['a size in binary', [{ ...file, size: '\x80\0\0\0\0\0\0\0\0\0\0\x05' }], /no octal number|UTF-8|no valid header/],
    ['a size that is negative', [{ ...file, size: '-0000000005\0' }], /no octal number/],
    ['a size beyond the end', [{ ...file, size: '00000010000\0' }], /was cut off in entry 1/],
    ['a size that overflows', [{ ...file, size: '77777777777\0' }], /bytes of files/],
    ['a checksum that is wrong', [{ ...file, checksum: '000000\0 ' }], /no valid header/],
    ['the format before POSIX', [{ ...file, magic: '\0\0\0\0\0\0\0\0' }], /before POSIX/],
    ['a prefix in the GNU format', [{ ...file, magic: 'ustar  \0', prefix: 'etc' }], /extension of GNU tar/],
    ['no file at all', [directory], /holds no file/],
    ['nothing', [], /holds no file/],
    ['17 directories', [{ ...file, name: `${'d/'.repeat(16)}a` }], /deeper than 16/],
    ['1,001 entries', Array.from({ length: 1001 }, (_, i) => ({ ...file, name: `f${i}` })), /more than 1000 entries/],
  ])('%s', (_name, entries, problem) => {
    expect(problemWith(tarOf(...entries))).toMatch(problem);
  });

  it.each<[string, Buffer, RegExp]>([
    ['no bytes', Buffer.alloc(0), /does not end/],
    ['bytes that are no archive', Buffer.from('x'.repeat(1024)), /no tar archive/],
    ['half a block', tarOf(file).subarray(0, 700), /whole blocks/],
    ['no end', Buffer.concat(blocksOf(file)), /cut off in entry 1/],
    ['one block of zeros for an end', tarOf(file).subarray(0, 1536), /does not end/],
    ['bytes after the end', Buffer.concat([tarOf(file), Buffer.alloc(512, 1)]), /bytes after its end/],
    ['another archive after the end', Buffer.concat([tarOf(file), tarOf({ ...file, name: 'b' })]), /bytes after its end/],
    [
      'bytes behind the data',
      Buffer.concat([blocksOf(file)[0]!, Buffer.from('hello!'), Buffer.alloc(506 + 1024)]),
      /behind the data of entry 1/,
    ],
    ['bytes after a gzip', Buffer.concat([gzipSync(tarOf(file)), Buffer.alloc(9)]), /bytes after its end/],
    ['a gzip that was cut off', gzipSync(tarOf(file)).subarray(0, -1), /no whole gzip/],
    ['a gzip of a gzip', gzipSync(gzipSync(tarOf(file))), /whole blocks|no tar archive/],
  ])('%s', (_name, bytes, problem) => {
    expect(problemWith(bytes)).toMatch(problem);
  });

  it('files that are too large together, compressed to a thousandth', () => {
    const half = Buffer.alloc(8 * 1024 * 1024);
    const large = tarOf({ name: 'a', data: half }, { name: 'b', data: half }, { name: 'c', data: Buffer.from('x') });
    expect(problemWith(gzipSync(large))).toMatch(/more than 16777216 bytes of files/);
    expect(problemWith(gzipSync(Buffer.alloc(64 * 1024 * 1024)))).toMatch(/unpacks to more than 18874368 bytes/);
  });

  it('no error names an entry or quotes a byte', () => {
    const canary = 'canary-0123456789';
    for (const bad of [
      { name: `/${canary}` },
      { name: `${canary}/../..` },
      { name: canary, type: '2', link: canary },
      { name: canary, mode: 0o4755 },
    ])
      expect(problemWith(tarOf({ data: Buffer.from(canary), ...bad }))).not.toContain('canary');
  });
});

describe('properties', () => {
  const name = fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/);
  const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((names) => names.join('/'));
  const tree = fc
    .uniqueArray(fc.record({ path, data: fc.uint8Array({ maxLength: 1200 }), isExecutable: fc.boolean() }), {
      minLength: 1,
      maxLength: 8,
      selector: (one) => one.path,
    })
    // No file is a directory of another.
    .filter((files) => files.every(({ path: one }) => files.every((other) => !other.path.startsWith(`${one}/`))));

  it('what was put in comes out, compressed or not, and every parent comes before its children', () => {
    fc.assert(
      fc.property(tree, fc.boolean(), (files, isCompressed) => {
        const entries = files.map(({ path: entryName, data, isExecutable }) => ({
          name: entryName,
          data: Buffer.from(data),
          mode: isExecutable ? 0o755 : 0o644,
        }));
        const tar = tarOf(...entries);
        const archive = readArchive(isCompressed ? gzipSync(tar) : tar);
        expect(archive.files.map((file) => ({ ...file, bytes: [...file.bytes] }))).toEqual(
          files.map(({ path: entryPath, data, isExecutable }) => ({ path: entryPath, isExecutable, bytes: [...data] })),
        );
        const made = new Set(['']);
        for (const one of archive.directories) {
          expect(made).toContain(one.split('/').slice(0, -1).join('/'));
          made.add(one);
        }
        for (const one of archive.files) expect(made).toContain(one.path.split('/').slice(0, -1).join('/'));
      }),
      { numRuns: 60 },
    );
  });

  it('a byte that is changed anywhere is refused, or gives files inside of the archive', () => {
    const tar = tarOf({ name: 'd/', type: '5' }, { name: 'd/a', data: Buffer.from('one') }, { name: 'b', data: Buffer.from('two') });
    fc.assert(
      fc.property(fc.nat(tar.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const bytes = Buffer.from(tar);
        bytes[at] = bytes[at]! ^ change;
        if (problemWith(bytes) !== '') return;
        for (const one of Object.keys(contentsOf(bytes))) expect(['d/a', 'b']).toContain(one);
      }),
      { numRuns: 2000 },
    );
  });

  it('any header at all is refused with our error, or gives a path that stays inside', () => {
    const header = fc.record({
      name: fc.oneof(fc.string({ maxLength: 60 }), fc.constantFrom('..', '/', './..', 'a/../b', '.', './', '\\..\\x')),
      prefix: fc.oneof(fc.constant(''), fc.string({ maxLength: 60 }), fc.constantFrom('..', '/', '.')),
      type: fc.constantFrom('0', '\0', '1', '2', '5', 'x'),
      mode: fc.nat(0o7777),
    });
    fc.assert(
      fc.property(header, (entry) => {
        const tar = tarOf(entry, file);
        if (problemWith(tar) !== '') return;
        const archive = readArchive(tar);
        for (const one of [...archive.directories, ...archive.files.map((each) => each.path)]) {
          const resolved = join('/target', one);
          expect(resolved.startsWith('/target/')).toBe(true);
          expect(resolved).toBe(`/target/${one}`);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
