import { isAppError } from '../base/index.js';

/** How `tokenclient` ends. Scripts and units rely on these numbers: they are not changed, only added to. */
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
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

const meanings: readonly (readonly [ExitCode, string])[] = [
  [ExitCode.done, 'the secrets were delivered, and the client ended as it was told to'],
  [ExitCode.internal, 'a mistake in this program: please report it'],
  [ExitCode.badFlags, 'the command line or the environment is wrong'],
  [ExitCode.refusedForGood, 'the TokenServer refused, and nobody can heal it'],
  [ExitCode.gaveUp, 'no release after --maxLoop attempts: unreachable, or still waiting for Alice'],
  [ExitCode.tpm, 'there is no TPM, it cannot be opened, or it failed'],
  [ExitCode.badFiles, 'a certificate, key, Secret Manager secret, --endpoints or --out cannot be used'],
  [ExitCode.badSecret, 'a secret was received and cannot be opened or written'],
  [ExitCode.revoked, 'the TokenServer refused a later proof, and --onRevoked is stop'],
  [ExitCode.stoppedBeforeRelease, 'a signal ended it before there was a release'],
];

/** For --help. */
export const exitCodeLines: readonly string[] = ['Exit codes:', '', ...meanings.map(([code, meaning]) => `  ${code}  ${meaning}`)];

/** The code for an error that ended the program; `otherwise` names the phase it was in. */
export function exitCodeOf(error: unknown, otherwise: ExitCode): ExitCode {
  if (isAppError(error, 'TPM_UNAVAILABLE', 'TPM_COMMAND_FAILED')) return ExitCode.tpm;
  return isAppError(error) && error.code !== 'INTERNAL' ? otherwise : ExitCode.internal;
}
