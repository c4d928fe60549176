import { generateKeyPairSync, sign } from 'node:crypto';
import { commands, type Tpm } from '../../../src/tpm-device/index.js';
import { akRsaTemplate, encodePublic, encodeSignature, Handle, nameOf, ObjectAttribute, Writer } from '../../../src/tpm/index.js';

/** An attestation key that Bob made in software and lent to the TPM: the TPM opens credentials for it, Bob signs what he likes. */
export interface SoftwareAk {
  readonly handle: number;
  /** TPMT_PUBLIC. */
  readonly publicArea: Buffer;
  readonly name: Buffer;
  /** TPMT_SIGNATURE over any bytes. */
  sign(attestation: Buffer): Buffer;
  close(): Promise<void>;
}

/**
 * TPM2_LoadExternal (Part 3, section 12.3) of a whole key pair. It works with any TPM, in the NULL hierarchy only, and only
 * for a key that claims neither fixedTPM nor fixedParent nor restricted.
 */
export async function lendSoftwareAk(tpm: Tpm): Promise<SoftwareAk> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { n = '', p = '' } = privateKey.export({ format: 'jwk' });
  const attributes = ObjectAttribute.sign | ObjectAttribute.userWithAuth;
  const area = { ...akRsaTemplate, attributes, modulus: Buffer.from(n, 'base64url') };
  const publicArea = encodePublic(area);
  // TPMT_SENSITIVE: type, auth, seed, one prime (Part 2, section 12.3.2.4).
  const sensitive = new Writer().u16(1).sized(Buffer.alloc(0)).sized(Buffer.alloc(0)).sized(Buffer.from(p, 'base64url')).done();
  const parameters = new Writer().sized(sensitive).sized(publicArea).u32(Handle.NULL).done();
  const handle = await tpm.executeForHandle({ name: 'LoadExternal', parameters }, (reader, loaded) => {
    reader.sized('name', 2 + 32);
    return loaded;
  });
  return {
    handle,
    publicArea,
    name: nameOf(area),
    sign: (attestation) => encodeSignature({ alg: 'rsassa', hash: 'sha256', signature: sign('sha256', attestation, privateKey) }),
    close: () => commands.flushContext(tpm, handle),
  };
}
