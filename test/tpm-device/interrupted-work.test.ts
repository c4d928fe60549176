import { createHash, randomBytes } from 'node:crypto';
import { akEccTemplate, decodePublic, encodePublic, Handle, sealToEk } from '../../src/tpm/index.js';
import {
  commands,
  ekPublicArea,
  failedWith,
  Rc,
  readPcrs,
  Tpm,
  unsealImportBlob,
  withEkAuthorization,
} from '../../src/tpm-device/index.js';
import { openTransport } from '../../src/tpm-device/open-transport.js';
import { CommandCode } from '../../src/tpm-device/command-code.js';
import { deviceOfThisFile } from './support/device.js';

// Work that registers, cancellations and errors interrupt: it is done again or ends clean, with nothing left loaded.

const device = deviceOfThisFile();

const zeros = Buffer.alloc(32);

/** The TPM of this file behind a transport that does something before a command is sent. */
async function disturbed(before: (code: number) => Promise<void>, use: (tpm: Tpm) => Promise<void>): Promise<void> {
  await device.tpm.close();
  const transport = await openTransport(device.swtpm.location);
  const between = Tpm.over({
    transmit: async (command, signal) => {
      await before(command.readUInt32BE(6));
      return transport.transmit(command, signal);
    },
    close: () => Promise.resolve(),
  });
  device.tpm = Tpm.over(transport);
  await use(between);
}

test('an extend between policy and use is met by trying again; after three it is an error', async () => {
  const ekPublic = decodePublic(await ekPublicArea(device.tpm, 'rsa'));
  const data = randomBytes(32);
  const blob = sealToEk({ ekPublic, data, pcrs: { bank: 'sha256', values: new Map([[0, zeros]]) } });
  let extendsLeft = 2;
  const extendBeforeUnseal = async (code: number): Promise<void> => {
    if (code === CommandCode.Unseal && extendsLeft-- > 0)
      await commands.pcrExtend(device.tpm, 8, new Map([['sha256', Buffer.alloc(32, 1)]]));
  };
  await disturbed(extendBeforeUnseal, async (between) => {
    expect(await unsealImportBlob(between, blob)).toEqual(data);
    extendsLeft = 3;
    const error: unknown = await unsealImportBlob(between, blob).catch((e: unknown) => e);
    expect(failedWith(error, Rc.pcrChanged)).toBe(true);
  });
});

test('a read in pieces starts over when a register was extended in between', async () => {
  let reads = 0;
  const extendBeforeSecondPiece = async (code: number): Promise<void> => {
    if (code === CommandCode.PCR_Read && ++reads === 2) await commands.pcrExtend(device.tpm, 9, new Map([['sha256', Buffer.alloc(32, 1)]]));
  };
  await disturbed(extendBeforeSecondPiece, async (between) => {
    const values = await readPcrs(
      between,
      'sha256',
      Array.from({ length: 24 }, (_, i) => i),
    );
    expect(values.get(9)).toEqual(createHash('sha256').update(zeros).update(Buffer.alloc(32, 1)).digest());
    expect(reads).toBeGreaterThan(4);
  });
});

test('wherever an operation is cancelled, nothing stays loaded', async () => {
  const ekPublic = decodePublic(await ekPublicArea(device.tpm, 'rsa'));
  const blob = sealToEk({ ekPublic, data: Buffer.from('secret'), pcrs: { bank: 'sha256', values: new Map([[0, zeros]]) } });
  for (let stopAt = 1, finished = false; !finished; stopAt++) {
    const cancel = new AbortController();
    let sent = 0;
    const cancelAtNth = async (): Promise<void> => {
      if (++sent === stopAt) cancel.abort();
    };
    await disturbed(cancelAtNth, async (between) => {
      const result: unknown = await unsealImportBlob(between.until(cancel.signal), blob).catch((e: unknown) => e);
      finished = Buffer.isBuffer(result);
      if (!finished) expect(result).toMatchObject({ code: 'CANCELLED' });
    });
    expect(await commands.getHandles(device.tpm, 'transient')).toEqual([]);
    expect(await commands.getHandles(device.tpm, 'loadedSession')).toEqual([]);
    if (finished) expect(stopAt).toBeGreaterThan(8);
  }
});

test('a wrong use of a session leaves nothing loaded', async () => {
  const failing = withEkAuthorization(device.tpm, 'rsa', async (ek, authorize) => {
    await authorize();
    return commands.create(device.tpm, ek.handle, { session: Handle.PASSWORD, value: Buffer.alloc(0) }, encodePublic(akEccTemplate));
  });
  await expect(failing).rejects.toMatchObject({ context: { rc: 0x12f, rcName: 'AUTH_UNAVAILABLE' } });
});
