import { Limit, Writer, type Credential } from '../../tpm/index.js';
import type { Authorization } from '../packet.js';
import type { Tpm } from '../tpm.js';

/** TPM2_MakeCredential (Part 3, section 12.6) by a TPM. `ek` is a loaded public part. */
export function makeCredential(tpm: Tpm, ek: number, secret: Uint8Array, akName: Uint8Array): Promise<Credential> {
  const parameters = new Writer().sized(secret).sized(akName).done();
  return tpm.execute({ name: 'MakeCredential', handles: [ek], parameters }, (reader) => ({
    credentialBlob: reader.sized('credentialBlob', 256),
    encryptedSecret: reader.sized('secret', Limit.rsaKey),
  }));
}

/**
 * TPM2_ActivateCredential (Part 3, section 12.5): the secret, if this TPM holds both the AK with the name in the credential
 * and the EK. A credential for another TPM fails with Rc.failure or Rc.integrity; the TPM goes on working.
 */
export function activateCredential(
  tpm: Tpm,
  ak: { readonly handle: number; readonly auth: Authorization },
  ek: { readonly handle: number; readonly auth: Authorization },
  { credentialBlob, encryptedSecret }: Credential,
): Promise<Buffer> {
  const parameters = new Writer().sized(credentialBlob).sized(encryptedSecret).done();
  const command = { name: 'ActivateCredential', handles: [ak.handle, ek.handle], auths: [ak.auth, ek.auth], parameters } as const;
  return tpm.execute(command, (reader) => reader.sized('certInfo', Limit.digest));
}
