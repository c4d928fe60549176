import { AppError } from '../base/index.js';

/** The largest command and response: 4,096 bytes, the buffer of the Linux driver and TPM_PT_MAX_COMMAND_SIZE of the TPMs met here. */
export const maxPacketBytes = 4096;

/** Bytes of a packet header: tag u16, size u32, command or response code u32 (Part 1, section 18). */
export const headerBytes = 10;

/**
 * Carries whole packets to one TPM. It knows nothing of commands.
 *
 * One `transmit` at a time (the channel above sees to it). An abort or any failure breaks the transport: the answer to
 * the lost command could otherwise be taken for the answer to the next one. Every later `transmit` then fails.
 */
export interface TpmTransport {
  /** Sends one command and returns its response: at least a header, and exactly as long as the header says. @throws AppError TPM_UNAVAILABLE, BYTES_MALFORMED */
  transmit(command: Buffer, signal?: AbortSignal): Promise<Buffer>;
  /** Releases the device or connection. May be called more than once. */
  close(): Promise<void>;
}

/**
 * The length that a packet announces in its header.
 * @returns undefined while fewer than 6 bytes are there. @throws AppError BYTES_MALFORMED when it is out of 10..4096.
 */
export function announcedSize(bytes: Buffer): number | undefined {
  if (bytes.length < 6) return undefined;
  const size = bytes.readUInt32BE(2);
  if (size < headerBytes || size > maxPacketBytes) {
    throw new AppError('BYTES_MALFORMED', `response/size: ${size} is not in ${headerBytes}..${maxPacketBytes}`);
  }
  return size;
}
