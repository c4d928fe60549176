import { status } from '@grpc/grpc-js';
import { AppError, errorCodes } from '../../../src/base/index.js';
import { answerToError, errorText, refusalStatus } from '../../../src/server/service/status.js';

const { INVALID_ARGUMENT, FAILED_PRECONDITION, RESOURCE_EXHAUSTED, UNAVAILABLE, INTERNAL, UNAUTHENTICATED, PERMISSION_DENIED } = status;

test.each([
  ['BYTES_MALFORMED', INVALID_ARGUMENT],
  ['STEP_OUT_OF_ORDER', FAILED_PRECONDITION],
  ['RATE_LIMITED', RESOURCE_EXHAUSTED],
  ['CLOUD_UNAVAILABLE', UNAVAILABLE],
  ['CANCELLED', UNAVAILABLE],
] as const)('%s is not our fault: code %i', (code, expected) => {
  expect(answerToError(new AppError(code, 'x')).grpcCode).toBe(expected);
});

const told = ['BYTES_MALFORMED', 'STEP_OUT_OF_ORDER', 'RATE_LIMITED', 'CLOUD_UNAVAILABLE', 'CANCELLED'];

test.each(errorCodes.filter((code) => !told.includes(code)))(
  '%s is our matter: the caller learns "internal error" and nothing else',
  (code) => {
    const error = new AppError(code, 'the bucket alice-private is gone');
    const answer = answerToError(error);
    expect(answer.grpcCode).toBe(INTERNAL);
    expect(errorText(error, answer)).toBe('internal error');
  },
);

test.each([new TypeError('x is not a function'), 'text', undefined, null])('anything else that is thrown is internal too: %p', (thrown) => {
  const answer = answerToError(thrown);
  expect([answer.grpcCode, errorText(thrown, answer)]).toEqual([INTERNAL, 'internal error']);
});

test('what the cloud said is not told', () => {
  const error = new AppError('CLOUD_UNAVAILABLE', 'compute answered HTTP 503 for projects/secret-project');
  expect(errorText(error, answerToError(error))).toBe('ask again later');
});

test('what was wrong with the caller’s own bytes is told', () => {
  const error = new AppError('BYTES_MALFORMED', 'quote/magic: is 0');
  expect(errorText(error, answerToError(error))).toBe('quote/magic: is 0');
});

test.each([
  ['caller', 'TOKEN_INVALID', UNAUTHENTICATED],
  ['record', 'INSTANCE_UNKNOWN', PERMISSION_DENIED],
  ['channel', 'PEER_ADDRESS', PERMISSION_DENIED],
  ['machine', 'INSTANCE_GONE', PERMISSION_DENIED],
  ['history', 'MACHINE_CHANGED', PERMISSION_DENIED],
  ['tpm', 'QUOTE_NOT_FRESH', PERMISSION_DENIED],
  ['history', 'SETTLING', UNAVAILABLE],
] as const)('a refusal in stage %s for %s', (stage, reason, expected) => {
  expect(refusalStatus({ stage, reason })).toBe(expected);
});
