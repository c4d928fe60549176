import { AppError } from '../base/index.js';
import { Handle, Reader, Writer } from '../tpm/index.js';
import { CommandCode, type CommandName } from './command-code.js';
import { commandFailure } from './return-code.js';
import { headerBytes, maxPacketBytes } from './transport.js';

/** TPM_ST of packets (Part 2, section 6.9): without and with an authorization area. */
const noSessions = 0x8001;
const sessions = 0x8002;

/** TPMA_SESSION continueSession (Part 2, section 8.4): the session stays open; whoever opened it flushes it. */
const continueSession = 1;

/** Proves the right to use one handle: the password session with its value, or a policy session (which needs no value). */
export interface Authorization {
  readonly session: number;
  readonly value: Buffer;
}

/** A password, empty by default: what EK, AK and hierarchies of a cloud VM have. */
export const passwordAuth = (value: Buffer = Buffer.alloc(0)): Authorization => ({ session: Handle.PASSWORD, value });

/** A policy session whose digest must by now be the policy of the object. */
export const policyAuth = (session: number): Authorization => ({ session, value: Buffer.alloc(0) });

/** One command as its table in TPM 2.0 Part 3 has it. */
export interface Command {
  readonly name: CommandName;
  readonly handles?: readonly number[];
  /** One per handle that asks for authorization, in the order of the handles. */
  readonly auths?: readonly Authorization[];
  /** Parameters, already marshaled. */
  readonly parameters?: Buffer;
}

/**
 * Command packet: `tag u16 | size u32 | code u32 | handles | [authSize u32 | auths] | parameters`, big-endian (Part 1, section 18).
 * Each authorization is `session u32 | nonceCaller 2B, empty | attributes u8 | value 2B`.
 * @throws AppError BYTES_MALFORMED above 4,096 bytes.
 */
export function encodeCommand({ name, handles = [], auths = [], parameters = Buffer.alloc(0) }: Command): Buffer {
  const body = new Writer();
  for (const handle of handles) body.u32(handle);
  if (auths.length > 0) {
    const area = new Writer();
    for (const { session, value } of auths) area.u32(session).sized(Buffer.alloc(0)).u8(continueSession).sized(value);
    const bytes = area.done();
    body.u32(bytes.length).bytes(bytes);
  }
  const rest = body.bytes(parameters).done();
  const size = headerBytes + rest.length;
  if (size > maxPacketBytes)
    throw new AppError('BYTES_MALFORMED', `TPM2_${name}: ${size} bytes are over the ${maxPacketBytes} of a command`);
  return new Writer()
    .u16(auths.length > 0 ? sessions : noSessions)
    .u32(size)
    .u32(CommandCode[name])
    .bytes(rest)
    .done();
}

/** The two parts of a response that differ from command to command. */
export interface Response {
  readonly handle: number | undefined;
  readonly parameters: Buffer;
}

/** The response code of a packet that a transport returned. */
export const returnCodeOf = (packet: Buffer): number => packet.readUInt32BE(6);

/**
 * Takes a response apart: `tag u16 | size u32 | rc u32 | [handle u32] | [parameterSize u32] | parameters | [auths]`; the
 * bracketed sizes and authorizations are there exactly when the command had authorizations. `hasHandle`: the command's
 * response has a handle.
 * @throws AppError TPM_COMMAND_FAILED or TPM_UNAVAILABLE for a response code, BYTES_MALFORMED for anything unexpected.
 */
export function decodeResponse(command: Command, packet: Buffer, hasHandle: boolean): Response {
  const { name, auths = [] } = command;
  const reader = new Reader(packet, name);
  const tag = reader.u16('tag');
  const size = reader.u32('size');
  if (size !== packet.length) throw reader.malformed('size', `says ${size}, ${packet.length} bytes came`);
  const rc = reader.u32('rc');
  if (rc !== 0) throw commandFailure(name, rc);
  const expected = auths.length > 0 ? sessions : noSessions;
  if (tag !== expected) throw reader.malformed('tag', `is 0x${tag.toString(16)}, must be 0x${expected.toString(16)}`);
  const handle = hasHandle ? reader.u32('handle') : undefined;
  const length = auths.length > 0 ? reader.u32('parameterSize') : reader.remaining;
  const parameters = reader.bytes(length, 'parameters');
  for (const index of auths.keys()) readAuthorization(reader, `auths/${index}`);
  reader.finish();
  return { handle, parameters };
}

/** TPMS_AUTH_RESPONSE (Part 2, section 10.13.3). Neither a password nor an unbound, unsalted policy session answers with an HMAC. */
function readAuthorization(reader: Reader, field: string): void {
  reader.sized(`${field}/nonceTPM`, 64);
  reader.u8(`${field}/attributes`);
  const hmac = reader.sized(`${field}/hmac`, 64);
  if (hmac.length > 0) throw reader.malformed(`${field}/hmac`, 'must be empty: no key was agreed on');
}
