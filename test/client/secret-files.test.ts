import {
  closeSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '../../src/base/index.js';
import { writeSecretFiles } from '../../src/client/secret-files.js';
import type { OpenedSecret } from '../../src/client/opened-secret.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync('/dev/shm/secret-files-');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const secret = (name: string, text: string): OpenedSecret => ({ name, type: 'RAW', value: new Secret(Buffer.from(text)), aead: undefined });

test('wiping overwrites the bytes and removes the file', async () => {
  const files = await writeSecretFiles(directory, [secret('a', 'fooobar')]);
  const reader = openSync(join(directory, 'a'), 'r');
  try {
    await files.wipe();
    const bytes = Buffer.alloc(16, 1);
    expect(bytes.subarray(0, readSync(reader, bytes, 0, 16, 0))).toEqual(Buffer.alloc(7));
    expect(fstatSync(reader).nlink).toBe(0);
  } finally {
    closeSync(reader);
  }
});

test('a file of an earlier release is replaced', async () => {
  await writeSecretFiles(directory, [secret('a', 'old and longer')]);
  await writeSecretFiles(directory, [secret('a', 'new')]);
  expect(readFileSync(join(directory, 'a'), 'utf8')).toBe('new');
});

test('a link that somebody put there is replaced, not followed', async () => {
  const target = join(directory, 'elsewhere');
  writeFileSync(target, 'untouched');
  symlinkSync(target, join(directory, 'a'));
  symlinkSync(target, join(directory, '.a.new'));
  await writeSecretFiles(directory, [secret('a', 'value')]);
  expect(readFileSync(target, 'utf8')).toBe('untouched');
  expect(readFileSync(join(directory, 'a'), 'utf8')).toBe('value');
});

test('when one cannot be written, none is left', async () => {
  mkdirSync(join(directory, 'b'));
  await expect(writeSecretFiles(directory, [secret('a', 'x'), secret('b', 'y')])).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  expect(readdirSync(directory)).toEqual(['b']);
});

test('a directory on a disk is refused, and nothing is written', async () => {
  const onDisk = mkdtempSync(join(tmpdir(), 'on-disk-'));
  try {
    await expect(writeSecretFiles(onDisk, [secret('a', 'x')])).rejects.toThrow('is on a disk');
    expect(readdirSync(onDisk)).toEqual([]);
  } finally {
    rmSync(onDisk, { recursive: true });
  }
});
