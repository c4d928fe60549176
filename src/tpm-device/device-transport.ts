import { open, type FileHandle } from 'node:fs/promises';
import { AppError } from '../base/index.js';
import { deviceFailure } from './device-errors.js';
import { Breakable } from './breakable.js';
import { announcedSize, headerBytes, maxPacketBytes, type TpmTransport } from './transport.js';

/** Opens a TPM character device for reading and writing, without O_NONBLOCK. @throws AppError TPM_UNAVAILABLE */
export async function openDevice(path: string): Promise<TpmTransport> {
  let file: FileHandle;
  try {
    file = await open(path, 'r+');
  } catch (error) {
    throw await deviceFailure(path, error);
  }
  const status = await file.stat();
  if (!status.isCharacterDevice()) {
    await file.close();
    throw new AppError('TPM_UNAVAILABLE', `${path}: is not a character device; a TPM of Linux is /dev/tpmrm0 or /dev/tpm0`);
  }
  return deviceTransport(path, file);
}

/**
 * Speaks to an open TPM device: one write(2) with the whole command, then one read(2) of up to 4,096 bytes.
 *
 * `position` is null, so that write and read are used and not pwrite and pread, which a character device may refuse.
 * The calls are asynchronous because write(2) blocks for as long as the TPM works (seconds for an RSA key).
 * @see drivers/char/tpm/tpm-dev-common.c of the Linux kernel
 */
export function deviceTransport(path: string, file: Pick<FileHandle, 'write' | 'read' | 'close'>): TpmTransport {
  const state = new Breakable(path);
  let closing: Promise<void> | undefined;

  async function exchange(command: Buffer): Promise<Buffer> {
    const buffer = Buffer.alloc(maxPacketBytes);
    try {
      const { bytesWritten } = await file.write(command, 0, command.length, null);
      if (bytesWritten !== command.length) throw new Error(`only ${bytesWritten} of ${command.length} bytes written`);
      const { bytesRead } = await file.read(buffer, 0, maxPacketBytes, null);
      return wholeResponse(buffer.subarray(0, bytesRead));
    } catch (error) {
      throw error instanceof AppError ? error : await deviceFailure(path, error);
    }
  }

  return {
    transmit: (command, signal) => state.run(() => exchange(command), signal),
    // After an abort a write may still wait in the kernel, and close() waits for it: nobody should wait with it.
    close: async () => {
      const wasBroken = state.isBroken;
      state.break('it is closed');
      closing ??= file.close();
      if (wasBroken) closing.catch(() => undefined);
      else await closing;
    },
  };
}

function wholeResponse(bytes: Buffer): Buffer {
  if (bytes.length === 0)
    throw new AppError('TPM_UNAVAILABLE', 'the TPM device gave no response; try again, and restart the machine if it stays silent');
  if (bytes.length < headerBytes || announcedSize(bytes) !== bytes.length) {
    throw new AppError('BYTES_MALFORMED', `response/size: ${bytes.length} bytes came, which is not what their header says`);
  }
  return bytes;
}
