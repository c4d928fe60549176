// Responses of a TPM, for the fuzzer: the commands run over a transport that answers with the bytes under test.
import { AppError } from '../src/base/index.js';
import { encodePcrSelections, encodePublic, ekRsaTemplate, Handle, Writer } from '../src/tpm/index.js';
import { commands, Tpm } from '../src/tpm-device/index.js';
import type { Target } from './fuzz-tpm.js';

const digest = Buffer.alloc(32, 7);
const name = Buffer.alloc(34, 11);
const area = encodePublic({ ...ekRsaTemplate, modulus: Buffer.alloc(256, 7) });
const selection = encodePcrSelections([{ bank: 'sha256', indices: [0, 7] }]);
const nvArea = new Writer().u32(0x01c10001).u16(0x0b).u32(0x62072001).sized(Buffer.alloc(0)).u16(280).done();
const ticket = new Writer().u16(0x8021).u32(Handle.ENDORSEMENT).sized(digest).done();
const signature = new Writer().u16(0x14).u16(0x0b).sized(Buffer.alloc(256, 9)).done();

/** What follows the header, without and with an authorization area. */
const plain = (writer: Writer): Buffer => writer.done();
const authorized = (writer: Writer, handle?: number): Buffer => {
  const parameters = writer.done();
  const head = handle === undefined ? new Writer() : new Writer().u32(handle);
  return head.u32(parameters.length).bytes(parameters).u16(0).u8(1).u16(0).done();
};

export const responses: readonly Target[] = [
  target('ReadPublic', 0x8001, [plain(new Writer().sized(area).sized(name).sized(name))], (tpm) => commands.readPublic(tpm, 0x81010001)),
  target('PCR_Read', 0x8001, [plain(new Writer().u32(5).bytes(selection).u32(2).sized(digest).sized(digest))], (tpm) =>
    commands.pcrRead(tpm, [{ bank: 'sha256', indices: [0, 7] }]),
  ),
  target('GetCapability handles', 0x8001, [plain(new Writer().u8(0).u32(1).u32(2).u32(0x81010001).u32(0x81010002))], (tpm) =>
    commands.getHandles(tpm, 'persistent'),
  ),
  target('GetCapability banks', 0x8001, [plain(new Writer().u8(0).u32(5).bytes(selection))], (tpm) => commands.getPcrBanks(tpm)),
  target('NV_ReadPublic', 0x8001, [plain(new Writer().sized(nvArea).sized(name))], (tpm) => commands.nvReadPublic(tpm, 0x01c10001)),
  target('Quote', 0x8002, [authorized(new Writer().sized(Buffer.alloc(129, 3)).bytes(signature))], (tpm) =>
    commands.quote(tpm, 0x80000000, digest, []),
  ),
  target(
    'CreatePrimary',
    0x8002,
    [authorized(new Writer().sized(area).sized(digest).sized(digest).bytes(ticket).sized(name), 0x80000000)],
    (tpm) => commands.createPrimary(tpm, Handle.ENDORSEMENT, area),
  ),
];

function target(command: string, tag: number, specimens: readonly Buffer[], run: (tpm: Tpm) => Promise<unknown>): Target {
  return {
    name: `response ${command}`,
    specimens,
    run: async (body) => {
      await run(Tpm.over(answering(tag, body)));
      return undefined;
    },
  };
}

/** Answers every command with the same bytes after a header that is right: transports see to that. */
function answering(tag: number, body: Buffer): Parameters<typeof Tpm.over>[0] {
  return {
    transmit: () => {
      const size = 10 + body.length;
      if (size > 4096) return Promise.reject(new AppError('BYTES_MALFORMED', 'no transport returns so much'));
      return Promise.resolve(new Writer().u16(tag).u32(size).u32(0).bytes(body).done());
    },
    close: () => Promise.resolve(),
  };
}
