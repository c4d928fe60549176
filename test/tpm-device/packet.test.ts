import { Reader } from '../../src/tpm/index.js';
import { CommandCode, type CommandName } from '../../src/tpm-device/command-code.js';
import { decodeResponse, encodeCommand, passwordAuth, policyAuth, type Authorization, type Command } from '../../src/tpm-device/packet.js';
import { b64, packets } from './support/vectors.js';

/** Handles before the authorization area, from the command tables of TPM 2.0 Part 3. */
const handleCounts: Partial<Record<CommandName, number>> = {
  EvictControl: 2,
  NV_UndefineSpace: 2,
  NV_DefineSpace: 1,
  CreatePrimary: 1,
  NV_Write: 2,
  PCR_Reset: 1,
  ActivateCredential: 2,
  Certify: 2,
  NV_Read: 2,
  PolicySecret: 2,
  Create: 1,
  Import: 1,
  Load: 1,
  Quote: 1,
  Sign: 1,
  Unseal: 1,
  MakeCredential: 1,
  NV_ReadPublic: 1,
  ReadPublic: 1,
  StartAuthSession: 2,
  PolicyPCR: 1,
  PCR_Extend: 1,
  PolicyGetDigest: 1,
};
const withHandle = new Set(['CreatePrimary', 'Load', 'LoadExternal', 'StartAuthSession']);
const isName = (name: string): name is CommandName => name in CommandCode;

interface Parsed {
  readonly command: Command;
  /** Sent the way we send: no nonce, continueSession. */
  readonly plain: boolean;
}

/** An independent reading of a command packet. */
function parse(name: CommandName, bytes: Buffer): Parsed {
  const reader = new Reader(bytes, name);
  const tag = reader.u16('tag');
  expect(reader.u32('size')).toBe(bytes.length);
  expect(reader.u32('code')).toBe(CommandCode[name]);
  const handles = Array.from({ length: handleCounts[name] ?? 0 }, () => reader.u32('handle'));
  const auths: Authorization[] = [];
  let plain = true;
  if (tag === 0x8002) {
    const area = new Reader(reader.bytes(reader.u32('authSize'), 'auths'), 'auths');
    while (area.remaining > 0) {
      const session = area.u32('session');
      if (area.sized('nonce').length > 0) plain = false;
      if (area.u8('attributes') !== 1) plain = false;
      auths.push({ session, value: area.sized('value') });
    }
  }
  return { command: { name, handles, auths, parameters: reader.bytes(reader.remaining, 'parameters') }, plain };
}

// Packets that were broken on purpose have another size field, tag or authorization area than their command.
const brokenOnPurpose = new Set(['0x142', '0x084', '0x09a', '0x125']);
const usable = packets.filter(({ rc, command }) => isName(command) && !brokenOnPurpose.has(rc));

test('the recorded packets are all there', () => {
  expect(packets).toHaveLength(121);
  expect(usable.length).toBeGreaterThan(100);
});

test.each(usable.map((packet) => [packet.command, packet.rc, packet.by, packet] as const))(
  '%s (%s, by %s): the command is encoded to the same bytes, the response gives its code or its parts',
  (name, rc, _by, packet) => {
    if (!isName(name)) throw new Error('unknown command');
    const { command, plain } = parse(name, b64(packet.cmd_b64));
    if (plain) expect(encodeCommand(command).toString('base64')).toBe(packet.cmd_b64);
    const decode = (): unknown => decodeResponse(command, b64(packet.rsp_b64), withHandle.has(name));
    if (Number(rc) === 0 && plain) expect(decode).not.toThrow();
    else if (Number(rc) !== 0)
      expect(decode).toThrow(expect.objectContaining({ context: expect.objectContaining({ rc: Number(rc), command: name }) }));
  },
);

test('every session that proves itself with an HMAC is refused: we agreed on no key', () => {
  const hmac = packets.find(({ command, by, rc }) => command === 'Quote' && by.startsWith('tpm2-tools') && rc === '0x000');
  const { command } = parse('Quote', b64(hmac?.cmd_b64 ?? ''));
  expect(() => decodeResponse(command, b64(hmac?.rsp_b64 ?? ''), false)).toThrow(/hmac: must be empty/);
});

describe('responses that are not exactly what was asked', () => {
  const unseal: Command = { name: 'Unseal', handles: [0x80000000], auths: [passwordAuth()] };
  // Unseal of "ab": parameterSize 4, 2B "ab", one password authorization.
  const good = Buffer.from('80020000001700000000' + '00000004' + '00026162' + '0000010000', 'hex');
  const edit = (from: string, to: string): Buffer => {
    const bytes = Buffer.from(good.toString('hex').replace(from, to), 'hex');
    bytes.writeUInt32BE(bytes.length, 2);
    return bytes;
  };

  test('the good one is read', () => {
    expect(decodeResponse(unseal, good, false).parameters.toString('hex')).toBe('00026162');
  });

  test.each([
    ['bytes after the last authorization', edit('0000010000', '000001000000'), /left over/],
    ['no authorization', edit('0000010000', ''), /auths\/0/],
    ['a parameterSize beyond the packet', edit('00000004', '00000040'), /parameters: needs 64 bytes/],
    ['the tag of a response without sessions', edit('8002', '8001'), /tag: is 0x8001/],
    ['a size that is not the length', Buffer.concat([good, Buffer.alloc(1)]), /size: says 23, 24 bytes came/],
  ])('%s is an error', (_name, bytes, message) => {
    expect(() => decodeResponse(unseal, bytes, false)).toThrow(message);
  });
});

test('authorizations keep the order of their handles: password for the AK, policy session for the EK', () => {
  const bytes = encodeCommand({
    name: 'ActivateCredential',
    handles: [0x80000001, 0x81010001],
    auths: [passwordAuth(), policyAuth(0x03000000)],
  });
  expect(bytes.toString('hex')).toBe(
    '80020000002800000147' + '8000000181010001' + '00000012' + '400000090000010000' + '030000000000010000',
  );
});

test('a command over 4,096 bytes is not sent', () => {
  expect(() => encodeCommand({ name: 'Hash', parameters: Buffer.alloc(4087) })).toThrow(/4097 bytes are over the 4096/);
  expect(encodeCommand({ name: 'Hash', parameters: Buffer.alloc(4086) })).toHaveLength(4096);
});
