import { isAppError, messageOf, type Log } from '../base/index.js';
import type { Cloud } from '../gcp/index.js';
import type { ClientConfig } from './config.js';
import { exitCodeOf, type ExitCode } from './exit-codes.js';
import type { ReadProc } from './hygiene.js';

/** The parts of Google Cloud that the client uses. */
export type ClientCloud = Pick<Cloud, 'metadataServer' | 'secretManager' | 'close'>;

/** Everything outside the program: what main() takes from the process, and a test from itself. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Aborts on SIGTERM, SIGINT and SIGHUP, unless somebody forwards signals. */
  readonly signal: AbortSignal;
  /** From now on SIGTERM, SIGINT, SIGHUP, SIGUSR1 and SIGUSR2 go there. @returns ends that. */
  readonly forwardSignals: (to: (name: NodeJS.Signals) => void) => () => void;
  /** A file below /proc; undefined where it cannot be read. */
  readonly readProc: ReadProc;
  readonly now: () => Date;
  /** Resolves after the time, or at once when the signal aborts; never rejects. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** @throws AppError CONFIG_INVALID when the endpoints file or the service account file cannot be used. */
  readonly openCloud: (config: Pick<ClientConfig, 'endpointsFile' | 'serviceAccountFile'>, log: Log) => ClientCloud;
}

/**
 * Tells an error on stderr, a line per problem. The text of an error that is not ours is not repeated: it may quote bytes.
 * @returns the exit code; `otherwise` names the phase.
 */
export function fail(io: Pick<Io, 'stderr'>, error: unknown, otherwise: ExitCode): ExitCode {
  for (const line of linesOf(error)) io.stderr(`tokenclient: ${line}\n`);
  return exitCodeOf(error, otherwise);
}

function linesOf(error: unknown): readonly string[] {
  if (isAppError(error)) return messageOf(error).split('\n');
  const kind = error instanceof Error ? error.name : typeof error;
  const where =
    error instanceof Error ? /\bat .*?([\w.-]+\.[cm]?[jt]s:\d+)/.exec(error.stack?.replace(error.message, '') ?? '')?.[1] : undefined;
  return [`a mistake in this program (${kind} at ${where ?? 'an unknown place'}): please report it`];
}
