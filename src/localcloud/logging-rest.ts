import { z } from 'zod';
import type { CloudCore, RunningService } from './core.js';
import { startHttpService, type HttpReply, type HttpRequest } from './http-service.js';
import type { Json } from './json.js';
import type { LogReads } from './logging-reads.js';
import { invalid } from './problem.js';

const listRequest = z.strictObject({
  resourceNames: z.array(z.string()).max(100),
  filter: z.string().default(''),
  orderBy: z.string().default(''),
  pageSize: z.number().int().default(0),
  pageToken: z.string().default(''),
});

/** Cloud Logging's REST API: entries:list. @see https://cloud.google.com/logging/docs/reference/v2/rest/v2/entries/list */
export const startLoggingRest = (core: CloudCore, reads: LogReads): Promise<RunningService> =>
  startHttpService({
    core,
    api: 'logging',
    auth: 'bearer',
    routes: [{ method: 'POST', path: '/v2/entries:list', handle: (request) => list(reads, request) }],
  });

function list(reads: LogReads, request: HttpRequest): HttpReply {
  const parsed = listRequest.safeParse(request.body);
  if (!parsed.success) throw invalid(`Invalid JSON payload received: ${parsed.error.issues[0]?.message ?? 'malformed'}`);
  const { entries, nextPageToken } = reads.list({
    ...parsed.data,
    staleSince: request.staleSince,
    require: (projectId, permission, resource) => request.require(projectId, permission, resource),
  });
  // As in proto3 JSON, what is empty is left out.
  return {
    json: { ...(entries.length === 0 ? {} : { entries: entries as unknown as Json }), ...(nextPageToken === '' ? {} : { nextPageToken }) },
  };
}
