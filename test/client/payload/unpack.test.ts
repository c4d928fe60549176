import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Secret } from '../../../src/base/index.js';
import { preparePayload, type PayloadSettings } from '../../../src/client/payload/start-payload.js';
import { unpackArchive } from '../../../src/client/payload/unpack.js';
import { SecretStore } from '../../../src/client/secret-store.js';
import { tarOf } from '../support/tar.js';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync('/dev/shm/unpack-');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);
const archive = tarOf(
  { name: 'start', data: Buffer.from('#!/bin/sh\n'), mode: 0o777 },
  { name: 'lib/', type: '5', mode: 0o777 },
  { name: 'lib/data', data: Buffer.from('canary'), mode: 0o666 },
);

describe('unpackArchive', () => {
  it('makes a directory for its owner alone, whatever the archive says', async () => {
    const { directory, files, bytes } = await unpackArchive(archive, parent);
    expect({ files, bytes, names: readdirSync(directory).sort() }).toEqual({ files: 2, bytes: 16, names: ['lib', 'start'] });
    expect(['', 'start', 'lib', 'lib/data'].map((path) => modeOf(join(directory, path)))).toEqual(['700', '500', '700', '400']);
    expect(readFileSync(join(directory, 'lib/data'), 'utf8')).toBe('canary');
  });

  it('wipe overwrites the files and removes everything, what the workload made too', async () => {
    const { directory, wipe } = await unpackArchive(archive, parent);
    const reader = openSync(join(directory, 'lib/data'), 'r');
    try {
      mkdirSync(join(directory, 'lib/made'));
      writeFileSync(join(directory, 'lib/made/log'), 'x');
      await wipe();
      const bytes = Buffer.alloc(6, 1);
      readSync(reader, bytes, 0, 6, 0);
      expect(bytes).toEqual(Buffer.alloc(6));
      expect(readdirSync(parent)).toEqual([]);
    } finally {
      closeSync(reader);
    }
  });

  it('wipe ends where a workload put a pipe or a directory in the place of its files', async () => {
    const { directory, wipe } = await unpackArchive(archive, parent);
    rmSync(join(directory, 'start'));
    execFileSync('mkfifo', [join(directory, 'start')]);
    rmSync(join(directory, 'lib/data'));
    mkdirSync(join(directory, 'lib/data/more'), { recursive: true });
    await wipe();
    expect(readdirSync(parent)).toEqual([]);
  });

  it('a hostile entry at the end leaves nothing of those before it', async () => {
    const hostile = tarOf({ name: 'a', data: Buffer.from('x') }, { name: '../outside', data: Buffer.from('x') });
    await expect(unpackArchive(hostile, parent)).rejects.toMatchObject({ code: 'BYTES_MALFORMED' });
    expect(readdirSync(parent)).toEqual([]);
    expect(existsSync(join(parent, '../outside'))).toBe(false);
  });

  it('a place that cannot be written to is told by its name, no name of the archive is', async () => {
    const error: unknown = await unpackArchive(archive, join(parent, 'missing')).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/cannot unpack the payload below .*missing/) as string,
    });
  });

  it('when one file cannot be written, those before it are removed', async () => {
    // A path of Linux has at most 4,095 bytes: the first file fits below this directory, the second one does not.
    const names = Array<string>(20).fill('d'.repeat(190));
    const deep = join(parent, ...names, 'd'.repeat(4000 - join(parent, ...names).length - 1));
    mkdirSync(deep, { recursive: true });
    const files = tarOf({ name: 'a', data: Buffer.from('x') }, { name: 'n'.repeat(99), data: Buffer.from('x') });
    const error: unknown = await unpackArchive(files, deep).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringMatching(/: ENAMETOOLONG$/) as string });
    expect(readdirSync(deep)).toEqual([]);
  });
});

describe('preparePayload', () => {
  const store = (bytes = archive): SecretStore =>
    new SecretStore([{ name: 'app', type: 'RAW', value: new Secret(bytes), aead: undefined }]);
  const prepare = (change: Partial<PayloadSettings> = {}, from = store()) =>
    preparePayload(from, { name: 'app', allowedCommand: ['./start', '--port', ''], parent, path: '/usr/bin:/bin', ...change });

  it('finds the program in the archive, and passes every word on', async () => {
    const { command, args, unpacked } = await prepare();
    expect({ command, args }).toEqual({ command: join(unpacked.directory, 'start'), args: ['--port', ''] });
  });

  it('a program without a slash is not looked for in the archive', async () => {
    expect(await prepare({ allowedCommand: ['sh', 'start'] })).toMatchObject({
      command: expect.stringMatching(/^\/(?:usr\/)?bin\/sh$/) as string,
    });
    await expect(prepare({ allowedCommand: ['start'] })).rejects.toMatchObject({ context: { trouble: 'workload-missing' } });
  });

  it.each<[string, Partial<PayloadSettings>, object]>([
    [
      'no command that Alice allowed',
      { allowedCommand: [] },
      { code: 'CONFIG_INVALID', message: expect.stringContaining('--payloadCommand') as string },
    ],
    ['another secret', { name: 'other' }, { code: 'CONFIG_INVALID', message: expect.stringContaining('no secret named other') as string }],
    ['a program that is not there', { allowedCommand: ['./missing'] }, { context: { trouble: 'workload-missing' } }],
    ['a file that is no program', { allowedCommand: ['lib/data'] }, { context: { trouble: 'workload-missing' } }],
    ['a word with NUL', { allowedCommand: ['./start', 'a\0b'] }, { code: 'BYTES_MALFORMED' }],
    ['65 words', { allowedCommand: Array<string>(65).fill('./start') }, { code: 'BYTES_MALFORMED' }],
  ])('%s: an error, and nothing is left', async (_name, change, error) => {
    // Root may read everything, but executes nothing without an x.
    await expect(prepare(change)).rejects.toMatchObject(error);
    expect(readdirSync(parent)).toEqual([]);
  });

  it('bytes that are no archive are named by the name of the secret', async () => {
    await expect(prepare({}, store(Buffer.from('canary')))).rejects.toMatchObject({
      code: 'BYTES_MALFORMED',
      message: expect.stringMatching(/^the payload app cannot be unpacked: the archive (?!.*canary)/) as string,
    });
  });
});
