import { createHash } from 'node:crypto';
import { projectOf, type LogEntry } from './audit-log.js';
import type { CloudCore } from './core.js';
import { parseFilter } from './logging-filter.js';
import { nanosecondsOf } from './logging-terms.js';
import { invalid, Problem } from './problem.js';

/** What a caller asks of entries.list, by REST or gRPC. */
export interface ListRequest {
  readonly resourceNames: readonly string[];
  readonly filter: string;
  readonly orderBy: string;
  /** 0: the default. */
  readonly pageSize: number;
  readonly pageToken: string;
  /** Answer as things were then. */
  readonly staleSince: Date | undefined;
  /** @throws Problem 403 */
  require(projectId: string, permission: string, resource: string): void;
}

export interface ListAnswer {
  readonly entries: readonly LogEntry[];
  /** Empty: that was the last page. */
  readonly nextPageToken: string;
}

const [defaultPageSize, maxPageSize] = [50, 1000];
const requiredLogs = /cloudaudit\.googleapis\.com%2F(?:activity|system_event|access_transparency)$/;
const dataAccessLog = /cloudaudit\.googleapis\.com%2Fdata_access$/;

interface Scope {
  readonly projectId: string;
  readonly includes: (entry: LogEntry) => boolean;
}

/** Reads of the log: scope, permission, quota, filter, order and pages. */
export class LogReads {
  readonly #core: CloudCore;
  readonly #reads = new Map<string, number[]>();
  /** List calls that one project answers in any minute of the cloud's clock. */
  readsPerMinute = 60;
  /** So many of the next answers hold no entry and a token to go on with, as a real search over much data may give. */
  emptyPages = 0;

  constructor(core: CloudCore) {
    this.#core = core;
  }

  /** @throws Problem 400, 403, 429 */
  list(request: ListRequest): ListAnswer {
    if (request.resourceNames.length === 0) throw invalid('At least one resource name is required.');
    const scopes = request.resourceNames.map((name) => this.#scope(name, request));
    for (const projectId of new Set(scopes.map((scope) => scope.projectId))) this.#spend(projectId);
    const matches = parseFilter(request.filter);
    if (!['', 'timestamp asc', 'timestamp desc'].includes(request.orderBy)) throw invalid(`Unsupported order_by "${request.orderBy}".`);
    if (!Number.isInteger(request.pageSize) || request.pageSize < 0 || request.pageSize > maxPageSize)
      throw invalid(`page_size must be from 1 to ${maxPageSize}.`);
    const digest = digestOf(request);
    const start =
      request.pageToken === ''
        ? { offset: 0, atMs: (request.staleSince ?? this.#core.now()).getTime() }
        : readToken(request.pageToken, digest);
    const token = (offset: number): string => writeToken({ ...start, offset }, digest);
    if (this.emptyPages > 0) {
      this.emptyPages--;
      return { entries: [], nextPageToken: token(start.offset) };
    }
    const wanted = (entry: LogEntry): boolean => scopes.some((scope) => scope.includes(entry)) && matches(entry);
    const found = this.#core.auditLog.query(wanted, new Date(start.atMs)).toSorted(byTime);
    if (request.orderBy === 'timestamp desc') found.reverse();
    const end = start.offset + (request.pageSize || defaultPageSize);
    return { entries: found.slice(start.offset, end), nextPageToken: end < found.length ? token(end) : '' };
  }

  #scope(name: string, request: ListRequest): Scope {
    const match = /^projects\/([^/]+)(?:\/locations\/global\/buckets\/(_Required\/views\/_AllLogs|_Default\/views\/_Default))?$/.exec(name);
    if (match === null) throw invalid(`"${name}" is not a resource whose logs can be read.`);
    const projectId = this.#core.projects.find(match[1] ?? '')?.id ?? match[1] ?? '';
    request.require(projectId, 'logging.logEntries.list', name);
    const view = match[2];
    const includes = (entry: LogEntry): boolean => {
      if (projectOf(entry) !== projectId) return false;
      if (view?.startsWith('_Required') === true) return requiredLogs.test(entry.logName);
      if (view !== undefined) return !requiredLogs.test(entry.logName) && !dataAccessLog.test(entry.logName);
      return !dataAccessLog.test(entry.logName) || mayReadPrivate();
    };
    // Data access entries are left out, not refused, for a caller without the right to them.
    const mayReadPrivate = (): boolean => {
      try {
        request.require(projectId, 'logging.privateLogEntries.list', name);
        return true;
      } catch {
        return false;
      }
    };
    return { projectId, includes };
  }

  #spend(projectId: string): void {
    const now = this.#core.now().getTime();
    const recent = (this.#reads.get(projectId) ?? []).filter((at) => at > now - 60_000);
    if (recent.length >= this.readsPerMinute) {
      throw new Problem(
        429,
        'rateLimitExceeded',
        `Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute' of project '${projectId}'.`,
      );
    }
    this.#reads.set(projectId, [...recent, now]);
  }
}

/** Entries of one instant stay in the order in which they came. */
function byTime(a: LogEntry, b: LogEntry): number {
  const [at, bt] = [nanosecondsOf(a.timestamp), nanosecondsOf(b.timestamp)];
  return at < bt ? -1 : Number(at > bt);
}

/** A token goes on with the same question only. */
const digestOf = (request: ListRequest): string =>
  createHash('sha256')
    .update(JSON.stringify([request.resourceNames, request.filter, request.orderBy]))
    .digest('hex')
    .slice(0, 16);

interface Position {
  readonly offset: number;
  readonly atMs: number;
}

const writeToken = (position: Position, digest: string): string =>
  Buffer.from(`${digest}.${position.offset}.${position.atMs}`).toString('base64url');

function readToken(token: string, digest: string): Position {
  const [of, offset, atMs] = Buffer.from(token, 'base64url').toString().split('.');
  if (of !== digest || offset === undefined || atMs === undefined) throw invalid('page_token is not one of this request.');
  return { offset: Number(offset), atMs: Number(atMs) };
}
