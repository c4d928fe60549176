import { messageOf, type Log } from '../base/index.js';
import type { Cloud } from '../gcp/index.js';
import type { ClientConfig } from './config.js';
import { exitCodeOf, type ExitCode } from './exit-codes.js';

/** The parts of Google Cloud that the client uses. */
export type ClientCloud = Pick<Cloud, 'metadataServer' | 'secretManager' | 'close'>;

/** Everything outside the program: what main() takes from the process, and a test from itself. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Aborts on SIGTERM and SIGINT. */
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** Resolves after the time, or at once when the signal aborts; never rejects. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** @throws AppError CONFIG_INVALID when the endpoints file or the service account file cannot be used. */
  readonly openCloud: (config: Pick<ClientConfig, 'endpointsFile' | 'serviceAccountFile'>, log: Log) => ClientCloud;
}

/** Tells an error on stderr, a line per problem. @returns the exit code; `otherwise` names the phase. */
export function fail(io: Pick<Io, 'stderr'>, error: unknown, otherwise: ExitCode): ExitCode {
  for (const line of messageOf(error).split('\n')) io.stderr(`tokenclient: ${line}\n`);
  return exitCodeOf(error, otherwise);
}
