import { z } from 'zod';
import { AppError, isAppError, messageOf, type ErrorCode } from '../base/index.js';
import { absent, forbidden, type Lookup } from '../facts/index.js';

// The one place that says what a failed call to Google means. Three outcomes: it is not there, you may not (both are
// answers), or nothing can be told (CLOUD_UNAVAILABLE: nobody is refused and nothing is released).

/** Reasons for a 403 that is about how much, not about who. */
const throttleReasons: ReadonlySet<string> = new Set([
  'rateLimitExceeded',
  'userRateLimitExceeded',
  'quotaExceeded',
  'dailyLimitExceeded',
  'concurrentLimitExceeded',
  'RATE_LIMIT_EXCEEDED',
  'RESOURCE_QUOTA_EXCEEDED',
]);
const disabledReasons: ReadonlySet<string> = new Set(['accessNotConfigured', 'SERVICE_DISABLED']);

const errorBody = z.object({
  error: z.object({
    message: z.string().default(''),
    errors: z.array(z.object({ reason: z.string().optional() })).default([]),
    details: z.array(z.object({ reason: z.string().optional() })).default([]),
  }),
});

/** A call that failed: what it was, and the permission that it takes. */
export interface FailedCall {
  readonly what: string;
  readonly permission: string;
}

/**
 * What an HTTP status other than 2xx says. Only Google's own JSON error counts as 403 or 404: a proxy's page does not.
 * @param body the parsed answer, or undefined where it was not JSON.
 * @throws AppError CLOUD_UNAVAILABLE for everything that is neither 404 nor a 403 about rights.
 */
export function lookupOfHttpFailure(status: number, body: unknown, call: FailedCall): Lookup<never> {
  const parsed = errorBody.safeParse(body);
  if (parsed.success && status === 404) return absent;
  let quotaUsedUp = status === 429;
  if (parsed.success && status === 403) {
    const { errors, details, message } = parsed.data.error;
    const reasons = [...errors, ...details].flatMap(({ reason }) => reason ?? []);
    quotaUsedUp = reasons.some((reason) => throttleReasons.has(reason));
    if (!quotaUsedUp) return forbidden(missingPermission(reasons, message, call));
  }
  const why = quotaUsedUp ? ': its quota is used up; try again in a minute' : '';
  const context = { api: call.what, status, ...(quotaUsedUp ? { quotaUsedUp } : {}) };
  throw new AppError('CLOUD_UNAVAILABLE', `${call.what} answered HTTP ${status}${why}`, { context });
}

/** Did a call fail only because too many were made, so that the same call may do in a minute? */
export const isQuotaUsedUp = (error: unknown): boolean => isAppError(error) && error.context['quotaUsedUp'] === true;

function missingPermission(reasons: readonly string[], message: string, call: FailedCall): string {
  if (reasons.some((reason) => disabledReasons.has(reason))) return `${call.permission} (the API is not enabled in the project)`;
  return /Required '([a-zA-Z]+(?:\.[a-zA-Z]+){1,4})' permission/.exec(message)?.[1] ?? call.permission;
}

const grpcCodes: ReadonlyMap<number, ErrorCode> = new Map([
  [5, 'CLOUD_NOT_FOUND'],
  [6, 'CLOUD_ALREADY_EXISTS'],
  [7, 'CLOUD_PERMISSION_MISSING'],
]);

/** Facts of an error that a Google gRPC client threw. */
const grpcError = z.object({
  code: z.number().int(),
  details: z.string().optional(),
  reason: z.string().optional(),
});

/**
 * The AppError for what a gRPC client of Google threw: NOT_FOUND, ALREADY_EXISTS and PERMISSION_DENIED have codes of their
 * own, INVALID_ARGUMENT is given by the caller, anything else is CLOUD_UNAVAILABLE.
 */
export function errorOfGrpcFailure(error: unknown, call: FailedCall, invalidArgument: ErrorCode = 'INTERNAL'): AppError {
  if (isAppError(error)) return error;
  const parsed = grpcError.safeParse(error);
  const number = parsed.success ? parsed.data.code : undefined;
  const throttled = parsed.success && parsed.data.reason !== undefined && throttleReasons.has(parsed.data.reason);
  const code = number === 3 ? invalidArgument : grpcCodes.get(throttled ? 8 : (number ?? 2));
  if (code === 'CLOUD_PERMISSION_MISSING') {
    return new AppError(code, `${call.what} needs the permission ${call.permission}`, {
      cause: error,
      context: { permission: call.permission },
    });
  }
  const status = number === undefined ? messageOf(error) : `gRPC status ${number}`;
  return new AppError(code ?? 'CLOUD_UNAVAILABLE', `${call.what} failed: ${status}`, { cause: error, context: { api: call.what } });
}

const httpClientError = z.object({ status: z.number().int(), message: z.string() });

/** What an error of one of Google's REST clients says: its message is the body of the answer. @throws AppError CLOUD_UNAVAILABLE */
export function lookupOfClientFailure(error: unknown, call: FailedCall): Lookup<never> {
  const parsed = httpClientError.safeParse(error);
  if (!parsed.success) throw new AppError('CLOUD_UNAVAILABLE', `${call.what} failed: ${messageOf(error)}`, { cause: error });
  return lookupOfHttpFailure(parsed.data.status, parseJson(parsed.data.message), call);
}

/** Undefined where the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
