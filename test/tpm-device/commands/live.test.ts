import { createHash } from 'node:crypto';
import { Handle } from '../../../src/tpm/index.js';
import { commands, failedWith, Rc } from '../../../src/tpm-device/index.js';
import { deviceOfThisFile } from '../support/device.js';

const srkTemplate = Buffer.concat([Buffer.from('0001000b000304720000000600800043001008000000000001' + '00', 'hex'), Buffer.alloc(256)]);

const device = deviceOfThisFile();

const rcOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'success',
    (error: { context?: { rc?: number } }) => error.context?.rc,
  );

test('a second Startup answers INITIALIZE, as Part 3 section 9.3 says', async () => {
  const error: unknown = await commands.startup(device.tpm).catch((e: unknown) => e);
  expect(failedWith(error, Rc.initialize)).toBe(true);
});

test('GetRandom is asked again until all bytes are there (one answer holds at most 64)', async () => {
  const bytes = await commands.getRandom(device.tpm, 1000);
  expect(bytes).toHaveLength(1000);
  expect(new Set(bytes).size).toBeGreaterThan(200);
});

test('capabilities: manufacturer of swtpm, all four banks', async () => {
  expect(await commands.getProperty(device.tpm, commands.Property.manufacturer)).toBe(0x49424d00);
  expect(await commands.getProperty(device.tpm, 0x7fff_0000)).toBeUndefined();
  expect(await commands.getPcrBanks(device.tpm)).toEqual(['sha1', 'sha256', 'sha384', 'sha512']);
});

test('a primary key is the same each time, can be made persistent, read and removed', async () => {
  const primary = await commands.createPrimary(device.tpm, Handle.OWNER, srkTemplate);
  await commands.evictControl(device.tpm, primary.handle, 0x81000001);
  await commands.flushContext(device.tpm, primary.handle);
  expect(await commands.getHandles(device.tpm, 'persistent')).toEqual([0x81000001]);
  const read = await commands.readPublic(device.tpm, 0x81000001);
  expect(read.publicArea).toEqual(primary.publicArea);
  expect(read.name).toEqual(Buffer.concat([Buffer.from('000b', 'hex'), createHash('sha256').update(primary.publicArea).digest()]));
  await commands.evictControl(device.tpm, 0x81000001, 0x81000001);
  const error: unknown = await commands.readPublic(device.tpm, 0x81000001).catch((e: unknown) => e);
  expect(failedWith(error, Rc.handle)).toBe(true);
});

test('an NV index larger than one piece is defined by the platform, written and read like the ones of a GCE VM', async () => {
  const index = 0x01c00002;
  const data = Buffer.from(Array.from({ length: 1500 }, (_, i) => i % 251));
  const attributes = 0x42072001;
  await commands.nvDefineSpace(device.tpm, Handle.PLATFORM, {
    index,
    nameAlg: 'sha256',
    attributes,
    authPolicy: Buffer.alloc(0),
    size: 1500,
  });
  expect(await rcOf(commands.nvRead(device.tpm, index))).toBe(Rc.nvUninitialized);
  await commands.nvWrite(device.tpm, Handle.PLATFORM, index, data);
  expect(await commands.nvReadPublic(device.tpm, index)).toEqual({
    index,
    nameAlg: 'sha256',
    attributes: 0x62072001,
    authPolicy: Buffer.alloc(0),
    size: 1500,
  });
  expect(await commands.nvRead(device.tpm, index)).toEqual(data);
  expect(await commands.getHandles(device.tpm, 'nvIndex')).toEqual([index]);
  await commands.nvUndefineSpace(device.tpm, Handle.PLATFORM, index);
  expect(await rcOf(commands.nvReadPublic(device.tpm, index))).toBe(0x18b);
});

test('an index that only its owner may read is read with the authorization of the owner', async () => {
  const index = 0x01800001;
  const attributes = commands.NvAttribute.ownerRead | commands.NvAttribute.ownerWrite;
  await commands.nvDefineSpace(device.tpm, Handle.OWNER, { index, nameAlg: 'sha256', attributes, authPolicy: Buffer.alloc(0), size: 3 });
  await commands.nvWrite(device.tpm, Handle.OWNER, index, Buffer.from('abc'));
  expect(await commands.nvRead(device.tpm, index)).toEqual(Buffer.from('abc'));
  await commands.nvUndefineSpace(device.tpm, Handle.OWNER, index);
});

test('extend changes exactly the named banks to H(old || digest), reset brings zeros back where allowed', async () => {
  const digest = Buffer.alloc(32, 7);
  await commands.pcrExtend(device.tpm, 23, new Map([['sha256', digest]]));
  const read = await commands.pcrRead(device.tpm, [
    { bank: 'sha1', indices: [23] },
    { bank: 'sha256', indices: [23] },
  ]);
  expect(read.values).toEqual([Buffer.alloc(20), createHash('sha256').update(Buffer.alloc(32)).update(digest).digest()]);
  await commands.pcrReset(device.tpm, 23);
  expect((await commands.pcrRead(device.tpm, [{ bank: 'sha256', indices: [23] }])).values).toEqual([Buffer.alloc(32)]);
  expect(await rcOf(commands.pcrReset(device.tpm, 0))).toBe(0x907);
});

test('a digest of the wrong size for its bank is not sent', async () => {
  await expect(commands.pcrExtend(device.tpm, 23, new Map([['sha256', Buffer.alloc(20)]]))).rejects.toMatchObject({
    code: 'BYTES_MALFORMED',
  });
});
