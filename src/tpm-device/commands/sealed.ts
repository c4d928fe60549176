import { Alg, Writer, type ImportBlob } from '../../tpm/index.js';
import type { Authorization } from '../packet.js';
import type { Tpm } from '../tpm.js';

/** TPM2_Import (Part 3, section 13.3) of an object wrapped for `parent` without inner encryption. @returns TPM2B_PRIVATE contents, to be loaded. */
export function importObject(
  tpm: Tpm,
  parent: number,
  auth: Authorization,
  { publicArea, duplicate, encryptedSeed }: Pick<ImportBlob, 'publicArea' | 'duplicate' | 'encryptedSeed'>,
): Promise<Buffer> {
  const noInnerKey = Buffer.alloc(0);
  const parameters = new Writer().sized(noInnerKey).sized(publicArea).sized(duplicate).sized(encryptedSeed).u16(Alg.NULL).done();
  return tpm.execute({ name: 'Import', handles: [parent], auths: [auth], parameters }, (reader) => reader.sized('outPrivate', 2048));
}

/** TPM2_Unseal (Part 3, section 12.7). The caller wipes what it gets. */
export const unseal = (tpm: Tpm, object: number, auth: Authorization): Promise<Buffer> =>
  tpm.execute({ name: 'Unseal', handles: [object], auths: [auth] }, (reader) => reader.sized('outData', 256));
