import { status } from '@grpc/grpc-js';
import { AppError, messageOf, type ErrorCode, type HealedBy } from '../../base/index.js';
import type { PublicRefusal } from '../../appraisal/index.js';

/** What a caller is told of an error. */
export interface ErrorAnswer {
  readonly grpcCode: status;
  readonly reason: string;
  readonly remedy: string;
  readonly healedBy: HealedBy;
  readonly retryAfterSeconds?: number;
  /** True where the message of the error speaks of the caller's own bytes or steps and may be told. */
  readonly showsMessage?: boolean;
}

/** Our fault, or Alice's: the caller learns nothing but an id. */
const internal: ErrorAnswer = {
  grpcCode: status.INTERNAL,
  reason: 'INTERNAL',
  remedy: 'tell Alice the decision id',
  healedBy: 'alice',
};

const unavailable: ErrorAnswer = {
  grpcCode: status.UNAVAILABLE,
  reason: 'UNDECIDED',
  remedy: 'ask again later',
  healedBy: 'time',
  retryAfterSeconds: 10,
};

/** Every error code has exactly one answer; a new code without a row does not compile. */
const errorAnswers = {
  BYTES_MALFORMED: {
    grpcCode: status.INVALID_ARGUMENT,
    reason: 'BYTES_MALFORMED',
    remedy: 'send what the TPM gave, unchanged',
    healedBy: 'bob',
    showsMessage: true,
  },
  STEP_OUT_OF_ORDER: {
    grpcCode: status.FAILED_PRECONDITION,
    reason: 'STEP_OUT_OF_ORDER',
    remedy: 'attest again, beginning with MakeCredential',
    healedBy: 'time',
    showsMessage: true,
  },
  RATE_LIMITED: {
    grpcCode: status.RESOURCE_EXHAUSTED,
    reason: 'RATE_LIMITED',
    remedy: 'ask less often',
    healedBy: 'time',
    retryAfterSeconds: 10,
  },
  CLOUD_UNAVAILABLE: unavailable,
  CANCELLED: unavailable,
  // A right that is missing in Bob's project is a Lookup and refused by a check. What is thrown is about Alice's own project.
  CLOUD_PERMISSION_MISSING: internal,
  CLOUD_NOT_FOUND: internal,
  CLOUD_ALREADY_EXISTS: internal,
  CONFIG_INVALID: internal,
  RECORD_MALFORMED: internal,
  TPM_UNAVAILABLE: internal,
  TPM_COMMAND_FAILED: internal,
  CRYPTO_FAILED: internal,
  SERVER_REFUSED: internal,
  SERVER_UNREACHABLE: internal,
  INTERNAL: internal,
} as const satisfies Record<ErrorCode, ErrorAnswer>;

/** The answer to anything that was thrown. What is not ours is INTERNAL. */
export const answerToError = (error: unknown): ErrorAnswer => (error instanceof AppError ? errorAnswers[error.code] : internal);

/** The status text for an error: never more than the caller may know. */
export function errorText(error: unknown, answer: ErrorAnswer): string {
  if (answer.showsMessage === true) return messageOf(error);
  return answer.grpcCode === status.INTERNAL ? 'internal error' : answer.remedy;
}

/**
 * The status of a refusal: who the caller is was not proved (UNAUTHENTICATED), or it may not have this (PERMISSION_DENIED).
 * Waiting for late audit entries is neither: UNAVAILABLE.
 */
export function refusalStatus({ stage, reason }: Pick<PublicRefusal, 'stage' | 'reason'>): status {
  if (reason === 'SETTLING') return status.UNAVAILABLE;
  return stage === 'caller' ? status.UNAUTHENTICATED : status.PERMISSION_DENIED;
}
