import { Alg, encodePcrSelections, encodeSignature, readSignature, Writer, type PcrSelection, type Reader } from '../../tpm/index.js';
import { passwordAuth } from '../packet.js';
import type { Tpm } from '../tpm.js';

/** What a TPM says, and the signature of an attestation key over exactly those bytes. */
export interface Attested {
  /** TPMS_ATTEST. */
  readonly attestation: Buffer;
  /** TPMT_SIGNATURE. */
  readonly signature: Buffer;
}

/** TPM2_Quote (Part 3, section 18.4) with the scheme and the empty password of the key. `qualifyingData`: at most 66 bytes. */
export function quote(tpm: Tpm, ak: number, qualifyingData: Uint8Array, selections: readonly PcrSelection[]): Promise<Attested> {
  const parameters = new Writer().sized(qualifyingData).u16(Alg.NULL).bytes(encodePcrSelections(selections)).done();
  return tpm.execute({ name: 'Quote', handles: [ak], auths: [passwordAuth()], parameters }, readAttested);
}

/** TPM2_Certify (Part 3, section 18.2): the AK says that `object` is loaded in this TPM and what its name is. Both have an empty password. */
export function certify(tpm: Tpm, object: number, ak: number, qualifyingData: Uint8Array): Promise<Attested> {
  const parameters = new Writer().sized(qualifyingData).u16(Alg.NULL).done();
  return tpm.execute({ name: 'Certify', handles: [object, ak], auths: [passwordAuth(), passwordAuth()], parameters }, readAttested);
}

const readAttested = (reader: Reader): Attested => ({
  attestation: reader.sized('attest', 2048),
  signature: encodeSignature(readSignature(reader)),
});
