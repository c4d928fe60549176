import { hex, isAppError, sha256 } from '../../base/index.js';
import { decodePublic, spkiDerOf } from '../../tpm/index.js';
import { ekPublicArea, openAk } from '../../tpm-device/index.js';
import type { ClientConfig } from '../config.js';
import { checkHygiene } from '../hygiene.js';
import type { Io } from '../io.js';
import { checkDirectory } from '../secret-files.js';
import { answeringTpm, withTpm } from '../tpm-access.js';
import { broken, ok, skipped, warn, type DoctorFinding } from './finding.js';

/** Is there a TPM that we may use, and can it prove this VM? */
export async function lookAtTpm({ useTpm, tpmLocation }: ClientConfig): Promise<readonly DoctorFinding[]> {
  const check = 'tpm';
  if (!useTpm) return [skipped(check, 'not asked for: --useTPM is not given')];
  try {
    const location = await answeringTpm(tpmLocation);
    const { ekSha256, origin } = await withTpm(location, async (tpm) => {
      const ek = await ekPublicArea(tpm, 'rsa');
      const ak = await openAk(tpm);
      await ak.close();
      return { ekSha256: hex(sha256(spkiDerOf(decodePublic(ek)))), origin: ak.origin };
    });
    const key = origin === 'gce-template' ? 'the attestation key that Google names for this VM' : 'a new attestation key for each proof';
    return [ok(check, `${location} answers; endorsement key ${ekSha256}; ${key}`)];
  } catch (error) {
    // Errors of the TPM say what to do; others do not.
    return [broken(check, error, isAppError(error, 'TPM_UNAVAILABLE') ? 'see above' : 'look at the TPM with: tokenclient tpm info')];
  }
}

/** Can memory reach a disk, and is the directory for secrets in memory? */
export async function lookAtHygiene({ outDirectory }: ClientConfig, { readProc }: Io): Promise<readonly DoctorFinding[]> {
  const findings = checkHygiene(readProc);
  const memory = findings.map(({ what, problem, remedy }) => warn(what, problem, remedy));
  if (memory.length === 0) memory.push(ok('memory', 'no core dump and no swap can write it to a disk'));
  if (outDirectory === undefined) return memory;
  try {
    await checkDirectory(outDirectory);
    return [...memory, ok('out', `${outDirectory} is in memory`)];
  } catch (error) {
    return [...memory, broken('out', error, 'mount a tmpfs there: docker run --tmpfs, or a directory below /run')];
  }
}
