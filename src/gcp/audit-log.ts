import { z } from 'zod';
import { auditKey, found, parseAuditEntry, readAnswer, type AuditEntry, type AuditRead, type Lookup } from '../facts/index.js';
import { auditFilters } from './audit-filter.js';
import type { AuditLogReader, AuditQuery } from './cloud.js';
import { isQuotaUsedUp } from './failures.js';
import { callRest, type Authorise } from './http.js';

const maxPages = 10;
const pageSize = 1000;
const maxAnswerBytes = 8 * 1024 * 1024;
/** A page of a thousand entries takes longer than the other calls. */
const pageDeadlineFactor = 3;

const pageSchema = z.object({ entries: z.array(z.unknown()).default([]), nextPageToken: z.string().default('') });
const splitSchema = z.object({ split: z.object({ totalSplits: z.number().int().optional() }).optional() });

export interface AuditLogOptions {
  /** `https://logging.googleapis.com`, or the base URL of local mode. */
  readonly baseUrl: string;
  readonly authorise: Authorise;
  readonly deadlineMs: number;
}

/**
 * Cloud Audit Logs from the `_Required` bucket: it can be neither switched off, shortened nor filtered by the project's
 * owner, and it keeps 400 days. Entries arrive late, usually by seconds: an entry that is not there may still come.
 * @see https://cloud.google.com/logging/docs/reference/v2/rest/v2/entries/list
 */
export function openAuditLog(options: AuditLogOptions): AuditLogReader {
  return { read: (query) => read(options, query) };
}

async function read(options: AuditLogOptions, query: AuditQuery): Promise<Lookup<AuditRead>> {
  const entries = new Map<string, AuditEntry>();
  let complete = true;
  let pagesLeft = maxPages;
  const isFirst = (): boolean => pagesLeft === maxPages - 1;
  for (const filter of auditFilters(query)) {
    let pageToken = '';
    do {
      if (pagesLeft-- === 0) return found({ entries: [...entries.values()], complete: false, from: query.from, until: query.until });
      if (!isFirst()) await query.beforePage?.();
      const answer = await listPatiently(options, query, filter, pageToken);
      if (answer.kind !== 'found') return answer;
      const page = readAnswer(pageSchema, answer.value, 'entries.list');
      for (const raw of page.entries) {
        const entry = parseAuditEntry(raw);
        entries.set(auditKey(entry), query.withRequests === true ? entry : { ...entry, request: undefined });
        // The parts of an entry that was too long for one are not put together: what it says in full is not known.
        if (isPart(raw)) complete = false;
      }
      query.onPage?.(entries.size);
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
  }
  return found({ entries: [...entries.values()], complete, from: query.from, until: query.until });
}

const isPart = (raw: unknown): boolean => (readAnswer(splitSchema, raw, 'entries.list').split?.totalSplits ?? 1) > 1;

async function listPatiently(options: AuditLogOptions, query: AuditQuery, filter: string, pageToken: string): Promise<Lookup<unknown>> {
  for (;;) {
    try {
      return await list(options, query, filter, pageToken);
    } catch (error) {
      if (!isQuotaUsedUp(error) || (await query.waitForQuota?.()) !== true) throw error;
    }
  }
}

const list = (options: AuditLogOptions, query: AuditQuery, filter: string, pageToken: string): Promise<Lookup<unknown>> =>
  callRest(options.authorise, {
    what: 'entries.list',
    permission: 'logging.logEntries.list',
    url: `${options.baseUrl.replace(/\/$/, '')}/v2/entries:list`,
    body: {
      resourceNames: [`projects/${query.project}/locations/global/buckets/_Required/views/_AllLogs`],
      filter,
      orderBy: 'timestamp asc',
      pageSize,
      ...(pageToken === '' ? {} : { pageToken }),
    },
    deadlineMs: options.deadlineMs * pageDeadlineFactor,
    maxAnswerBytes,
    signal: query.signal,
  });
