import { randomBytes } from 'node:crypto';
import { Alg, encodePcrSelections, Handle, hashId, Limit, Writer, type HashName, type PcrSelection } from '../../tpm/index.js';
import { passwordAuth } from '../packet.js';
import { nothing, type Tpm } from '../tpm.js';
import { readTicket } from './object.js';

/** TPM_SE policy (Part 2, section 6.11). */
const policySession = 1;

/** nonceCaller has 16 bytes up to the digest size. */
const nonceBytes = 16;

/**
 * TPM2_StartAuthSession (Part 3, section 11.1): a policy session, unbound, unsalted, without parameter encryption.
 * `hash` is the nameAlg of the object that it shall open. @returns its handle: flush it.
 */
export function startPolicySession(tpm: Tpm, hash: HashName = 'sha256'): Promise<number> {
  const noSalt = Buffer.alloc(0);
  const parameters = new Writer().sized(randomBytes(nonceBytes)).sized(noSalt).u8(policySession).u16(Alg.NULL).u16(hashId(hash)).done();
  return tpm.executeForHandle({ name: 'StartAuthSession', handles: [Handle.NULL, Handle.NULL], parameters }, (reader, handle) => {
    reader.sized('nonceTPM', Limit.digest);
    return handle;
  });
}

/**
 * TPM2_PolicySecret (Part 3, section 23.4) with the empty password of `entity`, no policyRef and no expiration. A successful
 * use of the session resets its digest: run this again before each use.
 */
export function policySecret(tpm: Tpm, session: number, entity: number = Handle.ENDORSEMENT): Promise<void> {
  const empty = Buffer.alloc(0);
  const parameters = new Writer().sized(empty).sized(empty).sized(empty).u32(0).done();
  return tpm.execute({ name: 'PolicySecret', handles: [entity, session], auths: [passwordAuth()], parameters }, (reader) => {
    reader.sized('timeout', 8);
    readTicket(reader, 'policyTicket');
  });
}

/** TPM2_PolicyPCR (Part 3, section 23.7) over the values that the registers have now. */
export function policyPcr(tpm: Tpm, session: number, selections: readonly PcrSelection[]): Promise<void> {
  const currentValues = Buffer.alloc(0);
  const parameters = new Writer().sized(currentValues).bytes(encodePcrSelections(selections)).done();
  return tpm.execute({ name: 'PolicyPCR', handles: [session], parameters }, nothing);
}

/** TPM2_PolicyGetDigest (Part 3, section 23.6): what the session has proven so far. */
export const policyGetDigest = (tpm: Tpm, session: number): Promise<Buffer> =>
  tpm.execute({ name: 'PolicyGetDigest', handles: [session] }, (reader) => reader.sized('policyDigest', Limit.digest));
