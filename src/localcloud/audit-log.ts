import { randomInt } from 'node:crypto';
import type { JsonObject } from './json.js';

/**
 * One log entry in the JSON form that `entries:list` answers with.
 * @see https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry
 */
export interface LogEntry {
  /** `projects/P/logs/cloudaudit.googleapis.com%2Factivity` and the like. */
  readonly logName: string;
  readonly resource: { readonly type: string; readonly labels: Readonly<Record<string, string>> };
  /** When it happened; RFC 3339 in UTC. */
  readonly timestamp: string;
  /** When the log had it: before this nobody can read it. */
  readonly receiveTimestamp: string;
  readonly severity: string;
  readonly insertId: string;
  readonly operation?: LogOperation;
  /** An AuditLog with its `@type`; other payloads use their own field. */
  readonly protoPayload?: JsonObject;
  readonly jsonPayload?: JsonObject;
  readonly textPayload?: string;
  readonly split?: { readonly uid: string; readonly index: number; readonly totalSplits: number };
}

/** Ties the entries of one long-running call together; `first` and `last` are present only where true. */
interface LogOperation {
  readonly id: string;
  readonly producer: string;
  readonly first?: true;
  readonly last?: true;
}

/** What a writer says; the log adds the rest. */
export interface NewLogEntry extends Omit<LogEntry, 'timestamp' | 'receiveTimestamp' | 'insertId'> {
  readonly timestamp?: string;
  readonly insertId?: string;
}

/** How long entries take from the event to the log when nobody says otherwise. Real ones take seconds, and no bound is promised. */
const defaultDelayMs = 0;

/** All log entries of the world, of all projects. `projectOf` tells whose an entry is. */
export class AuditLog {
  readonly #now: () => Date;
  readonly #entries: LogEntry[] = [];
  /** For entries appended from now on. */
  delayMs = defaultDelayMs;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** Adds one entry; readers see it `delayMs` after now by the cloud's clock. */
  append(entry: NewLogEntry, delayMs = this.delayMs): LogEntry {
    const now = this.#now();
    const complete: LogEntry = {
      ...entry,
      timestamp: entry.timestamp ?? now.toISOString(),
      receiveTimestamp: new Date(now.getTime() + delayMs).toISOString(),
      insertId: entry.insertId ?? newInsertId(),
    };
    this.#entries.push(complete);
    return complete;
  }

  /** The entries that satisfy the predicate and have been received by `at` (now when absent), oldest timestamp first. */
  query(predicate: (entry: LogEntry) => boolean, at: Date = this.#now()): readonly LogEntry[] {
    return this.#entries
      .filter((entry) => Date.parse(entry.receiveTimestamp) <= at.getTime() && predicate(entry))
      .toSorted((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp));
  }
}

/** The project id in an entry's logName. */
export const projectOf = (entry: Pick<LogEntry, 'logName'>): string => entry.logName.split('/')[1] ?? '';

function newInsertId(): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length: 14 }, () => alphabet[randomInt(alphabet.length)]).join('');
}
