import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deviceFailure } from '../../src/tpm-device/device-errors.js';
import { deviceTransport, openDevice } from '../../src/tpm-device/device-transport.js';
import { findTpmDevice } from '../../src/tpm-device/find-device.js';
import { openTransport } from '../../src/tpm-device/open-transport.js';
import { response } from './support/vectors.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'device-'));
});
afterAll(() => rm(directory, { recursive: true }));

const errno = (code: string): Error => Object.assign(new Error(code), { code });

/** A device of two calls: it keeps the writes and answers reads from a list. */
function fakeFile(
  reads: readonly (Buffer | Error)[],
): Parameters<typeof deviceTransport>[1] & { readonly calls: unknown[]; closes: number } {
  const left = [...reads];
  const calls: unknown[] = [];
  const file = {
    calls,
    closes: 0,
    write: async (buffer: Buffer, offset: number, length: number, position: number | null) => {
      calls.push(['write', offset, length, position]);
      return { bytesWritten: length, buffer };
    },
    read: async (buffer: Buffer, offset: number, length: number, position: number | null) => {
      calls.push(['read', offset, length, position]);
      const next = left.shift() ?? Buffer.alloc(0);
      if (next instanceof Error) throw next;
      next.copy(buffer);
      return { bytesRead: next.length, buffer };
    },
    close: async () => {
      file.closes++;
    },
  };
  return file as unknown as ReturnType<typeof fakeFile>;
}

test('one write of the whole command and one read of 4,096 bytes, both without a position', async () => {
  const file = fakeFile([response(0, Buffer.from('ab'))]);
  const transport = deviceTransport('/dev/tpmrm0', file);
  expect(await transport.transmit(Buffer.alloc(12))).toEqual(response(0, Buffer.from('ab')));
  expect(file.calls).toEqual([
    ['write', 0, 12, null],
    ['read', 0, 4096, null],
  ]);
});

test('the system calls work on a file that has no positions, like a device', async () => {
  const path = join(directory, 'echo');
  execFileSync('mkfifo', [path]);
  const file = await open(path, 'r+');
  const transport = deviceTransport(path, file);
  const echo = response(0, Buffer.alloc(1000, 7));
  expect(await transport.transmit(echo)).toEqual(echo);
  await expect(file.write(echo, 0, echo.length, 0)).rejects.toMatchObject({ code: 'ESPIPE' });
  await transport.close();
});

test.each([
  ['nothing', Buffer.alloc(0), 'TPM_UNAVAILABLE'],
  ['half a header', response(0).subarray(0, 5), 'BYTES_MALFORMED'],
  ['less than announced', response(0, Buffer.alloc(8)).subarray(0, 12), 'BYTES_MALFORMED'],
  ['more than announced', Buffer.concat([response(0), Buffer.alloc(1)]), 'BYTES_MALFORMED'],
  ['a size of 5', Buffer.from('800100000005000000000000', 'hex'), 'BYTES_MALFORMED'],
])('a device that answers %s is an error, and is not used again', async (_name, answer, code) => {
  const file = fakeFile([answer, response(0)]);
  const transport = deviceTransport('/dev/tpm0', file);
  await expect(transport.transmit(Buffer.alloc(10))).rejects.toMatchObject({ code });
  await expect(transport.transmit(Buffer.alloc(10))).rejects.toMatchObject({
    code: 'TPM_UNAVAILABLE',
    message: expect.stringContaining('open it again') as string,
  });
  expect(file.calls).toHaveLength(2);
});

test('an abort rejects at once, and the late answer is not taken for another command', async () => {
  const cancel = new AbortController();
  const file = fakeFile([]);
  const transport = deviceTransport('/dev/tpm0', { ...file, read: () => new Promise<never>(() => undefined) });
  const pending = transport.transmit(Buffer.alloc(10), cancel.signal);
  cancel.abort(new Error('too late'));
  await expect(pending).rejects.toThrow('too late');
  await expect(transport.transmit(Buffer.alloc(10))).rejects.toMatchObject({ code: 'TPM_UNAVAILABLE' });
  await transport.close();
});

test('a command that is only partly taken is an error', async () => {
  const transport = deviceTransport('/dev/tpm0', {
    ...fakeFile([response(0)]),
    write: (() => Promise.resolve({ bytesWritten: 4, buffer: Buffer.alloc(0) })) as unknown as Parameters<
      typeof deviceTransport
    >[1]['write'],
  });
  await expect(transport.transmit(Buffer.alloc(10))).rejects.toMatchObject({ code: 'TPM_UNAVAILABLE' });
});

test('close does not wait for a write that hangs in the kernel', async () => {
  const cancel = new AbortController();
  const hang = () => new Promise<never>(() => undefined);
  const transport = deviceTransport('/dev/tpm0', { ...fakeFile([]), write: hang, close: hang });
  const pending = transport.transmit(Buffer.alloc(10), cancel.signal);
  cancel.abort(new Error('too late'));
  await expect(pending).rejects.toThrow('too late');
  await transport.close();
});

test('close may be called twice and closes once', async () => {
  const file = fakeFile([]);
  const transport = deviceTransport('/dev/tpm0', file);
  await transport.close();
  await transport.close();
  expect(file.closes).toBe(1);
});

test('a missing device says how to get one', async () => {
  await expect(openTransport('/dev/no-such-tpm')).rejects.toMatchObject({
    code: 'TPM_UNAVAILABLE',
    message: expect.stringMatching(/\/dev\/no-such-tpm: no such TPM device; enable vTPM .* --device/) as string,
  });
});

test('a file that is no device is refused before anything is written to it', async () => {
  const path = join(directory, 'plain');
  await writeFile(path, 'content');
  await expect(openDevice(path)).rejects.toMatchObject({
    code: 'TPM_UNAVAILABLE',
    message: expect.stringContaining('not a character device') as string,
  });
});

test('a missing permission prints mode, owner, group and who we are', async () => {
  const path = join(directory, 'closed');
  await writeFile(path, '');
  await chmod(path, 0o640);
  const error = await deviceFailure(path, errno('EACCES'));
  expect(error.code).toBe('TPM_UNAVAILABLE');
  expect(error.message).toContain(
    `${path}: no permission (mode 0640, uid ${process.geteuid?.()}, gid ${process.getegid?.()}; this process is uid ${process.geteuid?.()}`,
  );
  expect(error.message).toContain('--device');
});

test.each([
  ['EBUSY', /busy: .* \/dev\/tpmrm0/],
  ['ENXIO', /no TPM driver behind it/],
  ['ENOMEM', /no free slot/],
  ['ETIME', /did not answer the driver/],
  ['EIO', /cannot be used \(EIO\)/],
])('%s while it is used is explained', async (code, message) => {
  const transport = deviceTransport('/dev/tpm0', fakeFile([errno(code)]));
  await expect(transport.transmit(Buffer.alloc(10))).rejects.toMatchObject({
    code: 'TPM_UNAVAILABLE',
    message: expect.stringMatching(message) as string,
  });
});

test('the first device that exists is found; none is an error that names both', async () => {
  const path = join(directory, 'plain');
  expect(await findTpmDevice(['/dev/no-such-tpm', path])).toBe(path);
  await expect(findTpmDevice(['/dev/no-such-tpm', '/dev/none'])).rejects.toThrow('/dev/no-such-tpm, /dev/none');
});
