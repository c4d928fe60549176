import { AppError, isAppError, messageOf } from '../base/index.js';
import { found, type Lookup } from '../facts/index.js';
import { withDeadline, type CallBounds } from './deadline.js';
import { lookupOfHttpFailure, parseJson, type FailedCall } from './failures.js';

/** Gives the headers that authorise one request. */
export type Authorise = () => Promise<Record<string, string>>;

/** One authenticated call to a Google REST API. */
export interface RestCall extends CallBounds, FailedCall {
  readonly url: string;
  /** Sent as JSON with POST; GET where absent. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly maxAnswerBytes: number;
  /** False where making the call twice does more than making it once; then a broken connection ends it. */
  readonly mayRepeat?: boolean;
}

/**
 * The JSON that the API answers, with every member it sent. Redirects are not followed: they would carry the token away.
 * @throws AppError CLOUD_UNAVAILABLE, CANCELLED
 */
export function callRest(authorise: Authorise, call: RestCall): Promise<Lookup<unknown>> {
  return withDeadline(call, async (signal) => {
    const headers = new Headers(await authorise());
    headers.set('accept', 'application/json');
    if (call.body !== undefined) headers.set('content-type', 'application/json');
    const request: RequestInit = { method: call.body === undefined ? 'GET' : 'POST', headers, redirect: 'error', signal };
    if (call.body !== undefined) request.body = JSON.stringify(call.body);
    const response = await connect(call, request);
    const text = (await readBounded(response, call)).toString('utf8');
    const json = parseJson(text);
    if (!response.ok) return lookupOfHttpFailure(response.status, json, call);
    if (json === undefined) throw new AppError('CLOUD_UNAVAILABLE', `the answer of ${call.what} is not JSON`);
    return found(json);
  });
}

/** `fetch` whose network errors are ours. Made twice where the call does not forbid it. @throws AppError CLOUD_UNAVAILABLE */
export async function connect(call: Pick<RestCall, 'what' | 'url' | 'mayRepeat'>, request: RequestInit): Promise<Response> {
  const attempt = (): Promise<Response> => fetch(call.url, request);
  try {
    return await (call.mayRepeat === false ? attempt() : onceMore(attempt, request.signal ?? undefined));
  } catch (error) {
    throw unreachable(call.what, error);
  }
}

/**
 * Runs a call that may be made twice, and once more at once when its connection broke before an answer: one that was kept
 * open may have been closed by the other side a moment ago. Nothing is repeated after an answer, a deadline or a cancel.
 */
export async function onceMore<T>(attempt: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (signal?.aborted === true || !isBrokenConnection(error)) throw error;
    return attempt();
  }
}

/** What `fetch` says of a connection, not of an answer. @see https://fetch.spec.whatwg.org/#concept-network-error */
const isBrokenConnection = (error: unknown): boolean => messageOf(error) === 'fetch failed';

/** The whole answer. @throws AppError CLOUD_UNAVAILABLE when it breaks off or is longer than `maxAnswerBytes`. */
export async function readBounded(response: Response, call: { readonly what: string; readonly maxAnswerBytes: number }): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > call.maxAnswerBytes)
        throw new AppError('CLOUD_UNAVAILABLE', `the answer of ${call.what} is longer than ${call.maxAnswerBytes} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw unreachable(call.what, error);
  }
  return Buffer.concat(chunks);
}

function unreachable(what: string, error: unknown): AppError {
  if (isAppError(error)) return error;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return new AppError('CLOUD_UNAVAILABLE', `${what} could not be reached: ${messageOf(cause)}`, { cause: error });
}
