import { AppError, isAppError, messageOf } from '../base/index.js';
import { found, type Lookup } from '../facts/index.js';
import { withDeadline, type CallBounds } from './deadline.js';
import { ConnectionBroken, exchange, type Answer, type Exchange } from './exchange.js';
import { lookupOfHttpFailure, parseJson, type FailedCall } from './failures.js';
import type { SameBytes } from './same-bytes.js';

/** Gives the headers that authorise one request. */
export type Authorise = () => Promise<Record<string, string>>;

/** Decoded answers by URL. `json` is undefined for bytes that are no JSON. */
export type KnownAnswers = SameBytes<{ readonly json: unknown }>;

/** One authenticated call to a Google REST API. */
export interface RestCall extends CallBounds, FailedCall {
  readonly url: string;
  /** Sent as JSON with POST; GET where absent. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly maxAnswerBytes: number;
  /** Where answers that come again in the same bytes are known. */
  readonly known?: KnownAnswers;
  /** False where making the call twice does more than making it once; then a broken connection ends it. */
  readonly mayRepeat?: boolean;
}

/**
 * The JSON that the API answers, with every member it sent; not to be changed. Redirects are not followed: they would carry the token away.
 * @throws AppError CLOUD_UNAVAILABLE, CANCELLED
 */
export function callRest(authorise: Authorise, call: RestCall): Promise<Lookup<unknown>> {
  return withDeadline(call, async (ending) => {
    const { body } = call;
    const headers = { ...(await authorise()), accept: 'application/json' };
    const wanted = { what: call.what, url: call.url, maxAnswerBytes: call.maxAnswerBytes, signal: ending };
    const request: Exchange =
      body === undefined
        ? { ...wanted, method: 'GET', headers }
        : { ...wanted, method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const { status, body: bytes } = await exchangeOnceMore(request, call.mayRepeat !== false);
    const decode = (): { readonly json: unknown } => ({ json: parseJson(bytes.toString('utf8')) });
    const { json } = call.known?.decode(call.url, bytes, decode) ?? decode();
    if (status < 200 || status > 299) return lookupOfHttpFailure(status, json, call);
    if (json === undefined) throw new AppError('CLOUD_UNAVAILABLE', `the answer of ${call.what} is not JSON`);
    return found(json);
  });
}

async function exchangeOnceMore(request: Exchange, mayRepeat: boolean): Promise<Answer> {
  // Others that were kept open may be gone as well.
  const attempt = (newConnection: boolean): Promise<Answer> => exchange({ ...request, newConnection });
  try {
    return await (mayRepeat ? onceMore(attempt, request.signal) : attempt(false));
  } catch (error) {
    throw unreachable(request.what, error);
  }
}

/** `fetch` whose network errors are ours. Only for calls that may be made twice. @throws AppError CLOUD_UNAVAILABLE */
export async function connect(call: Pick<RestCall, 'what' | 'url'>, request: RequestInit): Promise<Response> {
  try {
    return await onceMore(() => fetch(call.url, request), request.signal ?? undefined);
  } catch (error) {
    throw unreachable(call.what, error);
  }
}

/**
 * Runs a call that may be made twice, and once more at once when its connection broke before an answer: one that was kept
 * open may have been closed by the other side a moment ago. Nothing is repeated after an answer, a deadline or a cancel.
 */
export async function onceMore<T>(
  attempt: (isSecond: boolean) => Promise<T>,
  signal: Pick<AbortSignal, 'aborted'> | undefined,
): Promise<T> {
  try {
    return await attempt(false);
  } catch (error) {
    if (signal?.aborted === true || !isBrokenConnection(error)) throw error;
    return attempt(true);
  }
}

/** Of a connection, not of an answer: ours, or what `fetch` says. @see https://fetch.spec.whatwg.org/#concept-network-error */
const isBrokenConnection = (error: unknown): boolean => error instanceof ConnectionBroken || messageOf(error) === 'fetch failed';

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
