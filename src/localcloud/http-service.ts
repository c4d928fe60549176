import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../base/index.js';
import type { CloudCore, RunningService } from './core.js';
import type { ActiveFault, Api } from './faults.js';
import { otherTypes, type Json } from './json.js';
import type { Principal } from './principals.js';
import { forbidden, invalid, notFound, Problem, problemBody, unauthenticated } from './problem.js';

/** One request that matched a route. */
export interface HttpRequest {
  readonly path: string;
  /** Values of the route's `:name` segments, URL-decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Only parameters that the route lists get here. */
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** Parsed JSON; undefined for an empty body, and for the `""` that Google's REST clients send as one. */
  readonly body: unknown;
  /** Set when a `stale` fault hits: answer as things were at that time. GET answers are replayed by the service itself. */
  readonly staleSince: Date | undefined;
  /** Who calls. @throws Problem 401 when the service runs without bearer tokens. */
  caller(): Principal;
  /** @throws Problem 403 in Google's words when the caller lacks the permission in the project. */
  require(projectId: string, permission: string, resource: string): void;
}

/** An answer: JSON, or text with its type. Status 200 unless said. */
export type HttpReply =
  | { readonly status?: number; readonly json: Json; readonly headers?: Readonly<Record<string, string>> }
  | { readonly status?: number; readonly text: string; readonly contentType: string; readonly headers?: Readonly<Record<string, string>> };

/** What answers to one method and path. Path segments that begin with a colon are parameters. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly path: string;
  /** Query parameters this route knows; any other one is a 400. */
  readonly query?: readonly string[];
  readonly handle: (request: HttpRequest) => HttpReply | Promise<HttpReply>;
}

export interface HttpServiceOptions {
  readonly core: CloudCore;
  /** Whose faults and counter apply; undefined for the world's own control. */
  readonly api: Api | undefined;
  readonly routes: readonly Route[];
  /** `bearer`: every request needs a live access token (401). */
  readonly auth: 'bearer' | 'none';
  /** Looks at each request before routing; throws a Problem to refuse it. */
  readonly guard?: (headers: IncomingMessage['headers']) => void;
  /** Added to every answer, errors included. */
  readonly headers?: Readonly<Record<string, string>>;
}

const maxBodyBytes = 2 * 1024 * 1024;
const systemParameters = new Set(['alt', '$alt', 'prettyPrint']);

/** Serves routes over plain HTTP on a free port of 127.0.0.1: faults first, then bearer token, route, query, handler. */
export async function startHttpService(options: HttpServiceOptions): Promise<RunningService> {
  const replay = new Map<string, Rendered>();
  const server = createServer((incoming, outgoing) => {
    serve(options, replay, incoming, outgoing).catch((error: unknown) => {
      outgoing.destroy(error instanceof Error ? error : undefined);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Rendered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

async function serve(
  options: HttpServiceOptions,
  replay: Map<string, Rendered>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  const { api, core } = options;
  if (api !== undefined) core.calls.note(api, `${incoming.method ?? ''} ${url.pathname}`);
  const active = api === undefined ? undefined : core.faults.take(api, url.pathname);
  if (active?.fault.kind === 'hang') return;
  if (active?.fault.kind === 'delay')
    await new Promise((resolve) => setTimeout(resolve, active.fault.kind === 'delay' ? active.fault.ms : 0));
  const caller = core.principals.authenticate(incoming.headers.authorization)?.email ?? '';
  const key = `${caller} ${incoming.method ?? ''} ${url.pathname}${url.search}`;
  const old = replay.get(key);
  const rendered =
    active?.fault.kind === 'stale' && incoming.method === 'GET' && old !== undefined ? old : await answer(options, incoming, url, active);
  if (active?.fault.kind !== 'stale' && incoming.method === 'GET' && rendered.status === 200) replay.set(key, rendered);
  const sent = active?.fault.kind === 'wrong-type' ? { ...rendered, body: otherTypes(rendered.body) } : rendered;
  send(options, outgoing, sent, active?.fault.kind === 'truncate');
}

async function answer(
  options: HttpServiceOptions,
  incoming: IncomingMessage,
  url: URL,
  active: ActiveFault | undefined,
): Promise<Rendered> {
  try {
    const body = await readBody(incoming);
    if (active?.fault.kind === 'error') throw new Problem(active.fault.status, reasonOf(active.fault.status), 'set by a fault');
    if (active?.fault.kind === 'forbidden')
      throw new Problem(403, 'forbidden', `Required permission is missing for '${url.pathname.slice(1)}'`);
    options.guard?.(incoming.headers);
    const { authorization } = incoming.headers;
    const principal = options.auth === 'bearer' ? options.core.principals.authenticate(authorization) : undefined;
    if (options.auth === 'bearer' && principal === undefined) throw unauthenticated();
    const { route, params } = findRoute(options.routes, incoming.method ?? '', url.pathname);
    checkQuery(route, url.searchParams);
    const request = requestOf(options.core, { url, params, incoming, body, principal, active });
    return render(await route.handle(request));
  } catch (error) {
    const problem = error instanceof Problem ? error : new Problem(500, 'internalError', messageOf(error));
    return render({ status: problem.status, json: problemBody(problem) });
  }
}

interface RequestParts {
  readonly url: URL;
  readonly params: Readonly<Record<string, string>>;
  readonly incoming: IncomingMessage;
  readonly body: unknown;
  readonly principal: Principal | undefined;
  readonly active: ActiveFault | undefined;
}

function requestOf(core: CloudCore, parts: RequestParts): HttpRequest {
  const caller = (): Principal => {
    if (parts.principal === undefined) throw unauthenticated();
    return parts.principal;
  };
  return {
    path: parts.url.pathname,
    params: parts.params,
    query: parts.url.searchParams,
    headers: parts.incoming.headers,
    body: parts.body,
    staleSince: parts.active?.fault.kind === 'stale' ? parts.active.setAt : undefined,
    caller,
    require: (projectId, permission, resource) => {
      if (!core.principals.can(caller(), projectId, permission)) throw forbidden(permission, resource);
    },
  };
}

function findRoute(routes: readonly Route[], method: string, path: string): { route: Route; params: Readonly<Record<string, string>> } {
  for (const route of routes) {
    const params = route.method === method ? matchPath(route.path, path) : undefined;
    if (params !== undefined) return { route, params };
  }
  throw notFound(path);
}

function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const expected = pattern.split('/');
  const actual = path.split('/');
  if (expected.length !== actual.length) return undefined;
  const params: Record<string, string> = {};
  for (const [i, segment] of expected.entries()) {
    const value = actual[i] ?? '';
    if (segment.startsWith(':') && value !== '') params[segment.slice(1)] = decodeURIComponent(value);
    else if (segment !== value) return undefined;
  }
  return params;
}

function checkQuery(route: Route, query: URLSearchParams): void {
  for (const name of query.keys()) {
    if (systemParameters.has(name) || route.query?.includes(name) === true) continue;
    throw invalid(`Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter.`);
  }
}

async function readBody(incoming: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new Problem(413, 'uploadTooLarge', 'Request payload size exceeds the limit.');
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text === '' || text === '""') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Problem(400, 'parseError', 'Invalid JSON payload received.');
  }
}

function render(reply: HttpReply): Rendered {
  const [body, type] = 'json' in reply ? [JSON.stringify(reply.json), 'application/json; charset=UTF-8'] : [reply.text, reply.contentType];
  return { status: reply.status ?? 200, headers: { 'content-type': type, ...reply.headers }, body };
}

function send(options: HttpServiceOptions, outgoing: ServerResponse, rendered: Rendered, truncate: boolean): void {
  const body = Buffer.from(rendered.body);
  outgoing.writeHead(rendered.status, { ...rendered.headers, ...options.headers, 'content-length': String(body.length) });
  if (!truncate) {
    outgoing.end(body);
    return;
  }
  outgoing.write(body.subarray(0, Math.floor(body.length / 2)), () => outgoing.destroy());
}

const reasonOf = (status: number): string => {
  if (status === 429) return 'rateLimitExceeded';
  return status >= 500 ? 'backendError' : 'badRequest';
};
