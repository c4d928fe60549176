import { AppError, hex } from '../base/index.js';
import { decodePublic, sealingPolicyOf, type ImportBlob, type PcrSelection } from '../tpm/index.js';
import * as commands from './commands/index.js';
import { ekKindOf, withEkAuthorization, type EkKind, type EndorsementKey } from './ek.js';
import { thenFlush } from './flush.js';
import { withObjectAuthorization } from './object-authorization.js';
import type { Authorization } from './packet.js';
import { readPcrs } from './pcr-values.js';
import type { Tpm } from './tpm.js';

/** An object of an import blob, now under the EK of this TPM. */
export interface Imported {
  readonly ek: EndorsementKey;
  readonly authorize: () => Promise<Authorization>;
  readonly parent: EkKind;
  readonly privateArea: Buffer;
  /** Registers that its policy asks for; undefined: the empty password opens it. */
  readonly pcrs: PcrSelection | undefined;
}

/**
 * Opens sealed data that somebody wrapped for the EK of this TPM. Everything that it loads is flushed. The caller wipes
 * what it gets.
 * @throws AppError CRYPTO_FAILED when the blob is no sealed data, its policy is not the one of its PCR list, or the PCRs of
 * this machine have other values (named in the message); BYTES_MALFORMED; TPM_COMMAND_FAILED, for example Rc.failure or
 * Rc.integrity when it was made for another TPM.
 */
export async function unsealImportBlob(tpm: Tpm, blob: ImportBlob): Promise<Buffer> {
  const area = decodePublic(blob.publicArea);
  if (area.type !== 'keyedhash' || area.scheme !== undefined) throw new AppError('CRYPTO_FAILED', 'this import blob holds no sealed data');
  const { handle, pcrs } = await importUnderEk(tpm, blob, async ({ ek, authorize, privateArea, pcrs: selection }) => {
    const loaded = await commands.load(tpm, ek.handle, await authorize(), privateArea, blob.publicArea);
    return { handle: loaded.handle, pcrs: selection };
  });
  return thenFlush(tpm, handle, () => withObjectAuthorization(tpm, pcrs, (auth) => commands.unseal(tpm, handle, auth)));
}

/** Checks the policy of a blob, then TPM2_Import; `use` runs while the EK is still there. */
export async function importUnderEk<T>(tpm: Tpm, blob: ImportBlob, use: (imported: Imported) => Promise<T>): Promise<T> {
  const parent = ekKindOf(blob.encryptedSeed);
  const pcrs = checkedPolicy(blob);
  if (pcrs !== undefined) await checkValues(tpm, pcrs, blob);
  return withEkAuthorization(tpm, parent, async (ek, authorize) => {
    const privateArea = await commands.importObject(tpm, ek.handle, await authorize(), blob);
    return use({ ek, authorize, parent, privateArea, pcrs });
  });
}

/** Is the policy of the object the PolicyPCR of exactly the values that the blob names? A TPM would only say POLICY_FAIL. */
function checkedPolicy(blob: ImportBlob): PcrSelection | undefined {
  const { authPolicy } = decodePublic(blob.publicArea);
  const sealing = sealingPolicyOf(blob);
  if (sealing === undefined && authPolicy.length > 0) {
    throw new AppError('CRYPTO_FAILED', 'the import blob has a policy but names no pcr values for it: seal it again');
  }
  if (sealing !== undefined && !authPolicy.equals(sealing.policy)) {
    const problem = `its policy is ${authPolicy.length === 0 ? 'empty' : hex(authPolicy)}, its pcr values give ${hex(sealing.policy)}`;
    throw new AppError('CRYPTO_FAILED', `the import blob contradicts itself (${problem}): seal it again`);
  }
  return sealing?.selection;
}

async function checkValues(tpm: Tpm, selection: PcrSelection, { pcrs }: ImportBlob): Promise<void> {
  const current = await readPcrs(tpm, selection.bank, selection.indices);
  const differences = [...(pcrs?.values ?? [])].flatMap(([index, sealed]) => {
    const found = current.get(index);
    return found?.equals(sealed) === true
      ? []
      : [`pcr ${index} is ${found === undefined ? 'missing' : hex(found)}, sealed to ${hex(sealed)}`];
  });
  if (differences.length > 0) {
    const what = `the secret is sealed to other ${selection.bank} pcr values than this machine has (${differences.join('; ')})`;
    throw new AppError('CRYPTO_FAILED', `${what}: approve this state and seal again, or boot the approved one`);
  }
}
