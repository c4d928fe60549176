import { Handle, hashId, Limit, readHash, Writer, type HashName } from '../../tpm/index.js';
import { AppError } from '../../base/index.js';
import { passwordAuth } from '../packet.js';
import { nothing, type Tpm } from '../tpm.js';
import { getProperty, Property } from './capability.js';

/** Bits of TPMA_NV (Part 2, section 13.4) that are used here. */
export const NvAttribute = {
  platformWrite: 0x0000_0001,
  ownerWrite: 0x0000_0002,
  authWrite: 0x0000_0004,
  writeDefine: 0x0000_2000,
  platformRead: 0x0001_0000,
  ownerRead: 0x0002_0000,
  authRead: 0x0004_0000,
  noDA: 0x0200_0000,
  written: 0x2000_0000,
  platformCreate: 0x4000_0000,
} as const;

/** TPMS_NV_PUBLIC (Part 2, section 13.5). */
export interface NvPublic {
  /** The handle, 0x01xxxxxx. */
  readonly index: number;
  readonly nameAlg: HashName;
  /** TPMA_NV: test it with NvAttribute. */
  readonly attributes: number;
  readonly authPolicy: Buffer;
  /** Bytes that the index holds. */
  readonly size: number;
}

/** Without the property, what every TPM of the PC Client profile can do in one command. */
const defaultPieceSize = 512;

/** TPM2_NV_ReadPublic (Part 3, section 31.6). A missing index fails with Rc.handle. */
export const nvReadPublic = (tpm: Tpm, index: number): Promise<NvPublic> =>
  tpm.execute({ name: 'NV_ReadPublic', handles: [index] }, (reader) => {
    const area = reader.nested('nvPublic');
    const nvPublic: NvPublic = {
      index: area.u32('nvIndex'),
      nameAlg: readHash(area, 'nameAlg'),
      attributes: area.u32('attributes'),
      authPolicy: area.sized('authPolicy', Limit.digest),
      size: area.u16('dataSize'),
    };
    area.finish();
    reader.sized('nvName', Limit.name);
    return nvPublic;
  });

/**
 * All bytes of an index by TPM2_NV_Read (Part 3, section 31.13), in pieces of TPM_PT_NV_BUFFER_MAX. Authorized with the
 * empty password of the index, or of the owner where the index cannot be read by itself.
 */
export async function nvRead(tpm: Tpm, index: number): Promise<Buffer> {
  const { attributes, size } = await nvReadPublic(tpm, index);
  const authority = (attributes & NvAttribute.authRead) === 0 ? Handle.OWNER : index;
  const data: Buffer[] = [];
  for (const { offset, length } of await piecesOf(tpm, size)) {
    const command = {
      name: 'NV_Read',
      handles: [authority, index],
      auths: [passwordAuth()],
      parameters: new Writer().u16(length).u16(offset).done(),
    } as const;
    const piece = await tpm.execute(command, (reader) => {
      const bytes = reader.sized('data', length);
      if (bytes.length !== length) throw reader.malformed('data', `${bytes.length} bytes came, ${length} were asked`);
      return bytes;
    });
    data.push(piece);
  }
  return Buffer.concat(data);
}

/** TPM2_NV_DefineSpace (Part 3, section 31.3) with an empty password. `authority` is Handle.OWNER or Handle.PLATFORM; the latter needs the attribute platformCreate. */
export function nvDefineSpace(tpm: Tpm, authority: number, nv: NvPublic): Promise<void> {
  const area = new Writer().u32(nv.index).u16(hashId(nv.nameAlg)).u32(nv.attributes).sized(nv.authPolicy).u16(nv.size).done();
  const emptyAuth = Buffer.alloc(0);
  const parameters = new Writer().sized(emptyAuth).sized(area).done();
  return tpm.execute({ name: 'NV_DefineSpace', handles: [authority], auths: [passwordAuth()], parameters }, nothing);
}

/** TPM2_NV_UndefineSpace (Part 3, section 31.4): removes the index. `authority` as at its definition. */
export const nvUndefineSpace = (tpm: Tpm, authority: number, index: number): Promise<void> =>
  tpm.execute({ name: 'NV_UndefineSpace', handles: [authority, index], auths: [passwordAuth()] }, nothing);

/** TPM2_NV_Write (Part 3, section 31.7) of all bytes from offset 0, in pieces. `authority`: the index itself, Handle.OWNER or Handle.PLATFORM, as its attributes allow. */
export async function nvWrite(tpm: Tpm, authority: number, index: number, data: Uint8Array): Promise<void> {
  if (data.length > 0xffff) throw new AppError('BYTES_MALFORMED', `an NV index holds at most 65535 bytes, not ${data.length}`);
  for (const { offset, length } of await piecesOf(tpm, data.length)) {
    const parameters = new Writer()
      .sized(data.subarray(offset, offset + length))
      .u16(offset)
      .done();
    await tpm.execute({ name: 'NV_Write', handles: [authority, index], auths: [passwordAuth()], parameters }, nothing);
  }
}

async function piecesOf(tpm: Tpm, size: number): Promise<readonly { readonly offset: number; readonly length: number }[]> {
  const pieceSize = (await getProperty(tpm, Property.nvBufferMax)) ?? defaultPieceSize;
  if (pieceSize === 0) throw new AppError('BYTES_MALFORMED', 'GetCapability/nvBufferMax: is 0');
  const pieces = [];
  for (let offset = 0; offset < size; offset += pieceSize) pieces.push({ offset, length: Math.min(pieceSize, size - offset) });
  return pieces;
}
