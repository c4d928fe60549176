import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TpmTransport } from '../../../src/tpm-device/index.js';

const folder = join(__dirname, '..', '..', 'vectors');

/** The recorded TPM of the vectors: EK at 0x81010001, AK templates and certificates in NV as on a GCE VM. */
export const recordedState = join(folder, 'state', 'swtpm-state.tar.gz');

export const vectors = <T>(file: string): T => JSON.parse(readFileSync(join(folder, file), 'utf8')) as T;

export const b64 = (text: string): Buffer => Buffer.from(text, 'base64');

export interface RecordedPacket {
  readonly command: string;
  readonly by: string;
  readonly rc: string;
  readonly cmd_b64: string;
  readonly rsp_b64: string;
}

export const { packets } = vectors<{ readonly packets: readonly RecordedPacket[] }>('transcripts.json');

/** A transport with a script instead of a TPM; it keeps what was sent. */
export function scripted(answer: (command: Buffer) => Buffer | Promise<Buffer>): TpmTransport & { readonly sent: Buffer[] } {
  const sent: Buffer[] = [];
  return {
    sent,
    transmit: async (command) => {
      sent.push(command);
      return answer(command);
    },
    close: () => Promise.resolve(),
  };
}

/** Answers exactly the commands that were recorded, byte for byte, as the recorded TPM did. */
export const replay = (rc = '0x000'): ReturnType<typeof scripted> =>
  scripted((command) => {
    const text = command.toString('base64');
    const found = packets.find((packet) => packet.cmd_b64 === text && packet.rc === rc);
    if (found === undefined) throw new Error(`no recorded command has these bytes: ${command.toString('hex')}`);
    return b64(found.rsp_b64);
  });

/** A response packet without authorizations. */
export function response(rc: number, body: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(10);
  head.writeUInt16BE(0x8001, 0);
  head.writeUInt32BE(10 + body.length, 2);
  head.writeUInt32BE(rc, 6);
  return Buffer.concat([head, body]);
}
