import { types } from 'node:util';

/**
 * What can go wrong that is not a refusal. A refusal is a value (see check.ts); these are for what could not be read,
 * reached or done. The server maps each code to one gRPC status in one exhaustive table (server/service/status.ts).
 */
export const errorCodes = [
  /** Bytes from the wire or a TPM do not decode: too short, left over, a size or selector out of range. */
  'BYTES_MALFORMED',
  /** A flag, an environment variable or a file that the operator names is missing or wrong. The message says which and how to mend it. */
  'CONFIG_INVALID',
  /** A stored record, session or secrets file is not what its schema says. */
  'RECORD_MALFORMED',
  /** A call came out of order, or its session or nonce is used, expired or unknown. */
  'STEP_OUT_OF_ORDER',
  /** Too many requests: refused before any work was done. */
  'RATE_LIMITED',
  /** A Google API did not answer, or answered 429, 5xx, rateLimitExceeded, quotaExceeded, or something that does not parse. */
  'CLOUD_UNAVAILABLE',
  /** A Google API answered 403 forbidden or SERVICE_DISABLED. `context.permission` names what is missing. */
  'CLOUD_PERMISSION_MISSING',
  /** A Google API says that the thing does not exist (404, or gRPC NOT_FOUND). */
  'CLOUD_NOT_FOUND',
  /** A create() found the document there already (gRPC ALREADY_EXISTS). */
  'CLOUD_ALREADY_EXISTS',
  /** No TPM device, no right to open it, busy, or locked out. The message says what to do. */
  'TPM_UNAVAILABLE',
  /** The TPM answered with an error. `context.rc` is the response code, `context.command` its name. */
  'TPM_COMMAND_FAILED',
  /** A key, certificate, keyset or ciphertext cannot be used or does not open. */
  'CRYPTO_FAILED',
  /** The TokenServer answered with a refusal or an error; `context` carries reason, decisionId and healedBy. */
  'SERVER_REFUSED',
  /** The TokenServer could not be reached, or is not the one that was asked for. */
  'SERVER_UNREACHABLE',
  /** A deadline passed or the caller cancelled. */
  'CANCELLED',
  /** Our own mistake. */
  'INTERNAL',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** Public values only: never a secret, a key, a token or a request body. */
export type ErrorContext = Readonly<Record<string, string | number | boolean>>;

/**
 * The one error class of the project. `code` is for programs, `message` for people (what happened and what to do, lower
 * case, no final period, no secret), `context` for logs, `cause` for the error underneath.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly context: ErrorContext;

  constructor(code: ErrorCode, message: string, options: { readonly cause?: unknown; readonly context?: ErrorContext } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.context = options.context ?? {};
  }
}

/** Is this our error, and if codes are named, one of those? */
export function isAppError(error: unknown, ...codes: readonly ErrorCode[]): error is AppError {
  return error instanceof AppError && (codes.length === 0 || codes.includes(error.code));
}

/** The text of anything that was thrown, for a person; never empty. */
export function messageOf(error: unknown): string {
  if (types.isNativeError(error)) return error.message === '' ? error.name : error.message;
  return typeof error === 'string' && error !== '' ? error : 'unknown error';
}
