import { Alg, encodeSignature, Handle, hashId, Limit, readSignature, Writer, type HashName } from '../../tpm/index.js';
import type { Authorization } from '../packet.js';
import type { Tpm } from '../tpm.js';
import { readTicket, writeTicket, type Ticket } from './object.js';

/** TPM_ST_HASHCHECK (Part 2, section 6.9). */
const hashCheck = 0x8024;

/** Most bytes of one TPM2_Hash: MAX_DIGEST_BUFFER of the TPMs met here. */
export const maxHashBytes = 1024;

/** For keys that sign any digest: a ticket that proves nothing. */
const noTicket: Ticket = { tag: hashCheck, hierarchy: Handle.NULL, digest: Buffer.alloc(0) };

export interface Hashed {
  readonly digest: Buffer;
  /** Proof that the TPM hashed it and that it does not begin like an attestation; noTicket if it does. */
  readonly ticket: Ticket;
}

/** TPM2_Hash (Part 3, section 15.4) of at most 1,024 bytes. The ticket is good on this TPM until its next start. */
export function hash(tpm: Tpm, data: Uint8Array, alg: HashName): Promise<Hashed> {
  const parameters = new Writer().sized(data).u16(hashId(alg)).u32(Handle.ENDORSEMENT).done();
  return tpm.execute({ name: 'Hash', parameters }, (reader) => ({
    digest: reader.sized('outHash', Limit.digest),
    ticket: readTicket(reader, 'validation'),
  }));
}

/** TPM2_Sign (Part 3, section 20.2) with the scheme of the key. A restricted key asks for a ticket of TPM2_Hash. @returns TPMT_SIGNATURE. */
export function sign(tpm: Tpm, key: number, auth: Authorization, digest: Uint8Array, ticket: Ticket = noTicket): Promise<Buffer> {
  const parameters = writeTicket(new Writer().sized(digest).u16(Alg.NULL), ticket).done();
  return tpm.execute({ name: 'Sign', handles: [key], auths: [auth], parameters }, (reader) => encodeSignature(readSignature(reader)));
}
