import { isAppError, messageOf, type ErrorCode } from '../base/index.js';

/** Exit codes of the provisioner; docs/operate.md says the same to people. */
export const exitCodes = {
  done: 0,
  declined: 1,
  /** A flag, or a file that a flag names. */
  usage: 2,
  reviewFailed: 3,
  /** Google did not answer, or may not: a missing permission is named. */
  cloud: 4,
  /** The VM, or its approval, changed between the review and the answer. */
  changed: 5,
  /** No such VM, disk or approval. */
  notFound: 6,
  internal: 70,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const byErrorCode: Readonly<Record<ErrorCode, ExitCode>> = {
  CONFIG_INVALID: exitCodes.usage,
  RECORD_MALFORMED: exitCodes.usage,
  BYTES_MALFORMED: exitCodes.usage,
  CRYPTO_FAILED: exitCodes.usage,
  CLOUD_UNAVAILABLE: exitCodes.cloud,
  CLOUD_PERMISSION_MISSING: exitCodes.cloud,
  RATE_LIMITED: exitCodes.cloud,
  CANCELLED: exitCodes.cloud,
  CLOUD_NOT_FOUND: exitCodes.notFound,
  CLOUD_ALREADY_EXISTS: exitCodes.changed,
  SERVER_UNREACHABLE: exitCodes.cloud,
  SERVER_REFUSED: exitCodes.cloud,
  STEP_OUT_OF_ORDER: exitCodes.internal,
  TPM_UNAVAILABLE: exitCodes.internal,
  TPM_COMMAND_FAILED: exitCodes.internal,
  INTERNAL: exitCodes.internal,
};

/** What to print for anything that was thrown, and how to exit. Our own mistakes are named as such. */
export function failureOf(error: unknown): { readonly lines: readonly string[]; readonly exitCode: ExitCode } {
  const lines = messageOf(error).split('\n');
  if (isAppError(error)) return { lines, exitCode: byErrorCode[error.code] };
  return { lines: [`unexpected error: ${lines[0] ?? ''}`], exitCode: exitCodes.internal };
}
