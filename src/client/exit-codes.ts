import { isAppError, type AppError } from '../base/index.js';

/**
 * How `tokenclient` ends. Scripts and units rely on these numbers: they are not changed, only added to. `tokenclient run`
 * ends with the exit code of the workload once that was started.
 */
export const ExitCode = {
  done: 0,
  internal: 1,
  badFlags: 2,
  refusedForGood: 3,
  gaveUp: 4,
  tpm: 5,
  badFiles: 6,
  badSecret: 7,
  revoked: 8,
  stoppedBeforeRelease: 9,
  unreachable: 10,
  wrongServer: 11,
  tpmBusy: 12,
  otherTpm: 13,
  pcrChanged: 14,
  unknownSecretType: 15,
  notInMemory: 16,
  workloadMissing: 17,
  wrongAudience: 18,
  hygiene: 19,
  doctor: 20,
  clock: 21,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

const meanings: Readonly<Record<keyof typeof ExitCode, string>> = {
  done: 'the secrets were delivered, and the client ended as it was told to',
  internal: 'a mistake in this program: please report it',
  badFlags: 'the command line or the environment is wrong',
  refusedForGood: 'the TokenServer refused, and nobody can heal it',
  gaveUp: 'no release after --maxLoop attempts: still waiting for Alice or Bob, or the server is in trouble',
  tpm: 'there is no TPM, it cannot be opened, or it failed',
  badFiles: 'a certificate, key, Secret Manager secret, --endpoints, --out or --socket cannot be used',
  badSecret: 'a secret was received and cannot be opened, written or handed over, or the one asked for is not there',
  revoked: 'the TokenServer refused a later proof, and --onRevoked is stop',
  stoppedBeforeRelease: 'a signal ended it before there was a release',
  unreachable: 'no release after --maxLoop attempts: the TokenServer did not answer',
  wrongServer: 'no release after --maxLoop attempts: who answers is not the TokenServer of --tlsServerPin, --tlsCertChain, --sniServerName',
  tpmBusy: 'the TPM is busy or locked out',
  otherTpm: 'this TPM is not the one that Alice approved',
  pcrChanged: 'a secret is sealed to other PCR values than this machine has',
  unknownSecretType: 'a secret is of a type that this client does not know',
  notInMemory: 'the directory for secrets is on a disk',
  workloadMissing: 'the workload of tokenclient run cannot be started',
  wrongAudience: 'the TokenServer has another --tsAudience',
  hygiene: 'this machine may write secrets to a disk, and --strictHygiene is given',
  doctor: 'tokenclient doctor found something that has to be mended',
  clock: 'a clock is wrong: that of this machine, or that of the TokenServer',
};

/** For --help. */
export const exitCodeLines: readonly string[] = [
  'Exit codes (tokenclient run passes on that of the workload):',
  '',
  ...Object.entries(ExitCode).map(([name, code]) => `  ${String(code).padStart(2)}  ${meanings[name as keyof typeof ExitCode]}`),
];

/** What an AppError may carry as `context.trouble` so that it ends the program with an exit code of its own. */
export type Trouble =
  'tpm-busy' | 'wrong-server' | 'pcr-changed' | 'unknown-type' | 'not-in-memory' | 'workload-missing' | 'hygiene' | 'clock';

const codeOfTrouble: Readonly<Record<Trouble, ExitCode>> = {
  'tpm-busy': ExitCode.tpmBusy,
  'wrong-server': ExitCode.wrongServer,
  'pcr-changed': ExitCode.pcrChanged,
  'unknown-type': ExitCode.unknownSecretType,
  'not-in-memory': ExitCode.notInMemory,
  'workload-missing': ExitCode.workloadMissing,
  hygiene: ExitCode.hygiene,
  clock: ExitCode.clock,
};

/** Reasons of refusals that have an exit code of their own. */
const codeOfReason: Readonly<Record<string, ExitCode>> = {
  TOKEN_AUDIENCE: ExitCode.wrongAudience,
  TOKEN_TOO_OLD: ExitCode.clock,
  EK_MISMATCH: ExitCode.otherTpm,
  CREDENTIAL_FOR_ANOTHER_TPM: ExitCode.otherTpm,
};

/** The code for an error that ended the program; `otherwise` names the phase it was in. */
export function exitCodeOf(error: unknown, otherwise: ExitCode): ExitCode {
  if (!isAppError(error) || error.code === 'INTERNAL') return ExitCode.internal;
  return specialCode(error) ?? otherwise;
}

function specialCode(error: AppError): ExitCode | undefined {
  const { trouble, reason, errno, rcName } = error.context;
  const special = lookUp(codeOfTrouble, trouble) ?? lookUp(codeOfReason, reason);
  if (special !== undefined) return special;
  // A TPM that answers and is not available asks to try again, or is locked out.
  if (isAppError(error, 'TPM_UNAVAILABLE')) return errno === 'EBUSY' || rcName !== undefined ? ExitCode.tpmBusy : ExitCode.tpm;
  if (isAppError(error, 'TPM_COMMAND_FAILED')) return ExitCode.tpm;
  return isAppError(error, 'SERVER_UNREACHABLE') ? ExitCode.unreachable : undefined;
}

const lookUp = (table: Readonly<Record<string, ExitCode>>, key: unknown): ExitCode | undefined =>
  typeof key === 'string' && Object.hasOwn(table, key) ? table[key] : undefined;
