import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { AppError } from '../base/index.js';

/** One request to a Google API. */
export interface Exchange {
  /** Names the call in errors. */
  readonly what: string;
  /** `https:`, or `http:` in local mode. */
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly maxAnswerBytes: number;
  readonly signal: AbortSignal;
  /** On a connection of its own, and none that was kept open. */
  readonly newConnection?: boolean;
}

/** What came back, whatever its status. Redirects are not followed. */
export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

/** The connection broke before anything was answered: it may have been closed by the other side a moment before its use. */
export class ConnectionBroken extends Error {}

// Connections are kept open. One that nobody uses does not keep the process.
const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };

/**
 * One HTTP exchange by Node's own client, which takes about a third of the processor time of `fetch` (docs/performance.md).
 * @throws ConnectionBroken; AppError CLOUD_UNAVAILABLE for an answer that breaks off or is too long.
 */
export function exchange(call: Exchange): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = open(call, (incoming) => {
      readWhole(incoming, call).then((body) => resolve({ status: incoming.statusCode ?? 0, body }), reject);
    });
    request.on('error', (cause) => reject(new ConnectionBroken(cause.message, { cause })));
    request.end(call.body);
  });
}

function open(
  { url, method, headers, body, signal, newConnection = false }: Exchange,
  answered: (incoming: IncomingMessage) => void,
): ClientRequest {
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const options: RequestOptions = { method, headers: { ...headers, ...length }, signal };
  return url.startsWith('http:')
    ? httpRequest(url, { ...options, agent: newConnection ? false : agents.http }, answered)
    : httpsRequest(url, { ...options, agent: newConnection ? false : agents.https }, answered);
}

function readWhole(incoming: IncomingMessage, { what, maxAnswerBytes }: Exchange): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const fail = (why: string, cause?: unknown): void => {
      reject(new AppError('CLOUD_UNAVAILABLE', `the answer of ${what} ${why}`, { cause }));
      incoming.destroy();
    };
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxAnswerBytes) fail(`is longer than ${maxAnswerBytes} bytes`);
      else chunks.push(chunk);
    });
    incoming.on('error', (cause) => fail(`broke off: ${cause.message}`, cause));
    incoming.on('end', () => resolve(Buffer.concat(chunks)));
  });
}
