import { AppError, Secret, type ErrorContext } from '../base/index.js';
import { inspectKeyset, openKeyset } from '../keyset/index.js';
import { decodeImportBlob, sealingPolicyOf, type ImportBlob } from '../tpm/index.js';
import { failedWith, Rc, readPcrs, unsealImportBlob, type Tpm } from '../tpm-device/index.js';
import type { ReleasedSecret } from '../wire/index.js';
import type { Trouble } from './exit-codes.js';
import { joinIndirect } from './indirect.js';
import type { OpenedSecret } from './opened-secret.js';
import { withTpm } from './tpm-access.js';

export interface UnwrapTools {
  /** Undefined: this client may use no TPM. */
  readonly tpmLocation: string | undefined;
  /** A PCR that every TPM secret must be sealed to. */
  readonly unsealPcr: number | undefined;
}

type Opened = Pick<OpenedSecret, 'value' | 'aead'>;
type Opener = (data: Secret, tools: UnwrapTools) => Promise<Opened>;

/** What each type needs to become usable. */
const openers: Readonly<Record<ReleasedSecret['type'], Opener>> = {
  RAW: (data) => Promise.resolve({ value: new Secret(data.expose()), aead: undefined }),
  TPM: async (data, tools) => ({ value: await unseal(data, tools), aead: undefined }),
  // What signs or decrypts for its owner is handed over as it is, for the workload's own Tink.
  TINK: async (data) => ({
    value: new Secret(data.expose()),
    aead: inspectKeyset(data.expose()).primitive === 'aead' ? await openKeyset(data.expose()) : undefined,
  }),
};

const namePattern = /^(?!\.{1,2}$)[A-Za-z0-9_.-]{1,128}$/;

/**
 * Opens every secret of a release, or none: when one fails, those opened before are wiped. What was received is wiped either way.
 * @throws AppError naming the secret and never its bytes: CRYPTO_FAILED or BYTES_MALFORMED when one cannot be opened or is
 * of an unknown type, TPM_UNAVAILABLE or TPM_COMMAND_FAILED when the TPM fails.
 */
export async function unwrapSecrets(received: readonly ReleasedSecret[], tools: UnwrapTools): Promise<readonly OpenedSecret[]> {
  const opened: OpenedSecret[] = [];
  try {
    checkNames(received);
    for (const secret of received) opened.push(await unwrapSecret(secret, tools));
    return joinIndirect(opened);
  } catch (error) {
    for (const { value } of opened) value.dispose();
    throw error;
  } finally {
    for (const { data } of received) data.dispose();
  }
}

async function unwrapSecret({ name, type, data }: ReleasedSecret, tools: UnwrapTools): Promise<OpenedSecret> {
  // A type that the generated code does not know arrives as a number.
  const open: Opener | undefined = openers[type];
  if (open === undefined) {
    const context = { trouble: 'unknown-type' satisfies Trouble };
    throw new AppError(
      'CRYPTO_FAILED',
      `secret ${name} is of an unknown type: this client is older than the server, deploy the newer one`,
      {
        context,
      },
    );
  }
  try {
    return { name, type, ...(await open(data, tools)) };
  } catch (error) {
    // A foreign error may quote the bytes that it could not read: its text is not repeated.
    const [code, why] = error instanceof AppError ? [error.code, error.message] : (['CRYPTO_FAILED', 'its bytes cannot be used'] as const);
    const context: ErrorContext = error instanceof AppError ? error.context : {};
    throw new AppError(code, `secret ${name} (${type}) cannot be opened: ${why}`, { cause: error, context });
  }
}

function checkNames(received: readonly ReleasedSecret[]): void {
  const seen = new Set<string>();
  for (const { name } of received) {
    // The name is not repeated: whoever sent it chose its characters.
    if (!namePattern.test(name)) throw new AppError('BYTES_MALFORMED', 'a secret has a name that is not 1 to 128 letters, digits and _.-');
    if (seen.has(name)) throw new AppError('BYTES_MALFORMED', `two secrets have the name ${name}`);
    seen.add(name);
  }
}

async function unseal(data: Secret, { tpmLocation, unsealPcr }: UnwrapTools): Promise<Secret> {
  if (tpmLocation === undefined) throw new AppError('TPM_UNAVAILABLE', 'it is sealed to the TPM: start the client with --useTPM');
  const blob = decodeImportBlob(data.expose());
  if (unsealPcr !== undefined && blob.pcrs?.values.has(unsealPcr) !== true) {
    throw new AppError('CRYPTO_FAILED', `it is not sealed to PCR ${unsealPcr}, which --unsealPcr asks for: Alice has to seal it again`);
  }
  return withTpm(tpmLocation, async (tpm) => {
    const bytes = await unsealImportBlob(tpm, blob).catch(async (error: unknown) => {
      throw await explained(error, tpm, blob);
    });
    const value = new Secret(bytes);
    bytes.fill(0);
    return value;
  });
}

/** Why a blob does not open, where it is this machine that differs from what Alice sealed to. */
async function explained(error: unknown, tpm: Tpm, blob: ImportBlob): Promise<unknown> {
  if (failedWith(error, Rc.integrity, Rc.failure, Rc.value)) {
    const why = 'it is sealed to another TPM: the vTPM of this VM is not the one that Alice sealed to, she has to seal it again';
    return new AppError('CRYPTO_FAILED', why, { cause: error, context: { reason: 'CREDENTIAL_FOR_ANOTHER_TPM' } });
  }
  if (!(error instanceof AppError) || error.code !== 'CRYPTO_FAILED') return error;
  const selection = sealingPolicyOf(blob)?.selection;
  if (selection === undefined) return error;
  const current = await readPcrs(tpm, selection.bank, selection.indices);
  const isMoved = [...(blob.pcrs?.values ?? [])].some(([index, sealed]) => current.get(index)?.equals(sealed) !== true);
  if (!isMoved) return error;
  return new AppError(error.code, error.message, { cause: error, context: { trouble: 'pcr-changed' satisfies Trouble } });
}
