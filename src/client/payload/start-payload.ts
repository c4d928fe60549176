import { AppError } from '../../base/index.js';
import type { SecretStore } from '../secret-store.js';
import { findCommand } from '../workload/find-command.js';
import { unpackArchive, type UnpackedArchive } from './unpack.js';

/** An archive that is unpacked, and what to start in it. */
export interface Payload {
  /** Path of the program. */
  readonly command: string;
  readonly args: readonly string[];
  readonly unpacked: UnpackedArchive;
}

export interface PayloadSettings {
  /** Name of the secret that is the archive. */
  readonly name: string;
  /** What the record allows: argv; empty: nothing. */
  readonly allowedCommand: readonly string[];
  /** On tmpfs. */
  readonly parent: string;
  /** PATH of the client. */
  readonly path: string | undefined;
}

const maxWords = 64;

/**
 * Unpacks the archive that came as a secret, and finds the program that Alice allowed for it: a name with a slash is a path from the
 * root of the archive, one without is looked up in PATH. Nobody else has a say in what is started.
 * @throws AppError CONFIG_INVALID when Alice allowed no command, the release has no such secret, or the program is not there (trouble
 * `workload-missing`); BYTES_MALFORMED as readArchive.
 */
export async function preparePayload(store: SecretStore, { name, allowedCommand, parent, path }: PayloadSettings): Promise<Payload> {
  const bytes = store.bytes(name);
  const [program = '', ...args] = allowedCommand;
  if (program === '')
    throw new AppError(
      'CONFIG_INVALID',
      `Alice allowed no command for the payload ${name}: ask her to approve this VM with --payloadCommand; it comes with an attested release only (--doAttestation)`,
    );
  if (allowedCommand.length > maxWords || allowedCommand.some((word) => word.includes('\0')))
    throw new AppError('BYTES_MALFORMED', `the command for the payload ${name} is none that can be started: Alice has to approve another`);
  const unpacked = await named(name, unpackArchive(bytes, parent));
  try {
    return { command: await findCommand(program, path, unpacked.directory), args, unpacked };
  } catch (error) {
    await unpacked.wipe();
    throw error;
  }
}

async function named<T>(name: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, `the payload ${name} cannot be unpacked: ${error.message}`, { cause: error, context: error.context });
  }
}
