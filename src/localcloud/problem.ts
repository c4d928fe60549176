import type { JsonObject } from './json.js';

/**
 * An error that a fake answers with: HTTP status, Google's reason word, and the text. gRPC services translate the status
 * with `grpcCodeOf`.
 */
export class Problem extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.name = 'Problem';
    this.status = status;
    this.reason = reason;
  }
}

export const notFound = (resource: string): Problem => new Problem(404, 'notFound', `The resource '${resource}' was not found`);
export const invalid = (message: string): Problem => new Problem(400, 'invalid', message);
export const forbidden = (permission: string, resource: string): Problem =>
  new Problem(403, 'forbidden', `Required '${permission}' permission for '${resource}'`);
export const unauthenticated = (): Problem =>
  new Problem(
    401,
    'authError',
    'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
  );
export const conditionNotMet = (message: string): Problem => new Problem(412, 'conditionNotMet', message);

/** The JSON body that goes with a problem. @see https://cloud.google.com/apis/design/errors#http_mapping */
export const problemBody = (problem: Problem): JsonObject => ({
  error: {
    code: problem.status,
    message: problem.message,
    errors: [{ message: problem.message, domain: 'global', reason: problem.reason }],
    status: statusWords.get(problem.status)?.word,
  },
});

/** gRPC status number that Google pairs with an HTTP status; UNKNOWN (2) for one without a pair. */
export const grpcCodeOf = (status: number): number => statusWords.get(status)?.code ?? 2;

const statusWords: ReadonlyMap<number, { readonly word: string; readonly code: number }> = new Map([
  [400, { word: 'INVALID_ARGUMENT', code: 3 }],
  [401, { word: 'UNAUTHENTICATED', code: 16 }],
  [403, { word: 'PERMISSION_DENIED', code: 7 }],
  [404, { word: 'NOT_FOUND', code: 5 }],
  [409, { word: 'ALREADY_EXISTS', code: 6 }],
  [412, { word: 'FAILED_PRECONDITION', code: 9 }],
  [429, { word: 'RESOURCE_EXHAUSTED', code: 8 }],
  [499, { word: 'CANCELLED', code: 1 }],
  [500, { word: 'INTERNAL', code: 13 }],
  [501, { word: 'UNIMPLEMENTED', code: 12 }],
  [503, { word: 'UNAVAILABLE', code: 14 }],
  [504, { word: 'DEADLINE_EXCEEDED', code: 4 }],
]);
