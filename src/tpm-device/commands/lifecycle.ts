import { Writer } from '../../tpm/index.js';
import { nothing, type Tpm } from '../tpm.js';

/** TPM_SU (Part 2, section 6.10): start or stop without a saved state, or with it. */
const startupTypes = { clear: 0x0000, state: 0x0001 } as const;
export type StartupType = keyof typeof startupTypes;

/** TPM2_Startup (Part 3, section 9.3). Firmware has done it on a real machine; TPM_RC_INITIALIZE then says so. */
export const startup = (tpm: Tpm, type: StartupType = 'clear'): Promise<void> =>
  tpm.execute({ name: 'Startup', parameters: new Writer().u16(startupTypes[type]).done() }, nothing);

/** TPM2_Shutdown (Part 3, section 9.4): before power goes, so that no failed authorization is counted at the next start. */
export const shutdown = (tpm: Tpm, type: StartupType = 'clear'): Promise<void> =>
  tpm.execute({ name: 'Shutdown', parameters: new Writer().u16(startupTypes[type]).done() }, nothing);

/** TPM2_GetRandom (Part 3, section 16.1), asked again until `size` bytes are there: a TPM answers with at most one digest. */
export async function getRandom(tpm: Tpm, size: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let missing = size; missing > 0;) {
    const parameters = new Writer().u16(Math.min(missing, 0xffff)).done();
    const part = await tpm.execute({ name: 'GetRandom', parameters }, (reader) => {
      const bytes = reader.sized('randomBytes', missing);
      if (bytes.length === 0) throw reader.malformed('randomBytes', 'is empty');
      return bytes;
    });
    parts.push(part);
    missing -= part.length;
  }
  return Buffer.concat(parts);
}
