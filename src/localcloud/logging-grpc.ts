import { z } from 'zod';
import type { LogEntry, NewLogEntry } from './audit-log.js';
import { encodeAuditLog } from './audit-log-proto.js';
import type { CloudCore, RunningService } from './core.js';
import { googleService } from './google-protos.js';
import { startGrpcService, type GrpcCaller } from './grpc-service.js';
import type { LogReads } from './logging-reads.js';
import { nanosecondsOf } from './logging-terms.js';
import { forbidden, invalid } from './problem.js';
import { jsonToStruct, structToJson } from './proto-struct.js';

const resource = z.object({ type: z.string(), labels: z.record(z.string(), z.string()) });
const timestamp = z.object({ seconds: z.string(), nanos: z.number() });

const listRequest = z.object({
  resourceNames: z.array(z.string()),
  filter: z.string(),
  orderBy: z.string(),
  pageSize: z.number(),
  pageToken: z.string(),
});

const writeRequest = z.object({
  logName: z.string(),
  resource: resource.nullable(),
  entries: z.array(
    z.object({
      logName: z.string(),
      resource: resource.nullable(),
      timestamp: timestamp.nullable(),
      severity: z.string(),
      insertId: z.string(),
      payload: z.string().optional(),
      textPayload: z.string().optional(),
      jsonPayload: z.unknown().optional(),
    }),
  ),
});

/** Cloud Logging over gRPC: ListLogEntries and WriteLogEntries. @see https://cloud.google.com/logging/docs/reference/v2/rpc */
export const startLoggingGrpc = (core: CloudCore, reads: LogReads): Promise<RunningService> =>
  startGrpcService({
    core,
    api: 'logging',
    definition: googleService('@google-cloud/logging-api', 'google.logging.v2.LoggingServiceV2'),
    handlers: {
      ListLogEntries: (request, caller) => {
        const { entries, nextPageToken } = reads.list({
          ...listRequest.parse(request),
          staleSince: caller.staleSince,
          require: (projectId, permission, name) => caller.require(projectId, permission, name),
        });
        return { entries: entries.map(entryMessage), nextPageToken };
      },
      WriteLogEntries: (request, caller) => {
        const parsed = writeRequest.parse(request);
        for (const entry of parsed.entries.map((each) => newEntry(core, parsed, each, caller))) core.auditLog.append(entry);
        return {};
      },
    },
  });

type WriteRequest = z.infer<typeof writeRequest>;

function newEntry(core: CloudCore, request: WriteRequest, entry: WriteRequest['entries'][number], caller: GrpcCaller): NewLogEntry {
  const logName = entry.logName || request.logName;
  const match = /^projects\/([^/]+)\/logs\/([^/]+)$/.exec(logName);
  if (match === null) throw invalid(`"${logName}" is not the name of a log.`);
  const projectId = core.projects.find(match[1] ?? '')?.id ?? match[1] ?? '';
  caller.require(projectId, 'logging.logEntries.create', logName);
  if (decodeURIComponent(match[2] ?? '').startsWith('cloudaudit.googleapis.com/')) throw forbidden('logging.logEntries.create', logName);
  const of = entry.resource ?? request.resource;
  if (of === null || of.type === '') throw invalid('A log entry needs a monitored resource.');
  const base = { logName, resource: of, severity: entry.severity, timestamp: instantOf(core, entry.timestamp) };
  const id = entry.insertId === '' ? {} : { insertId: entry.insertId };
  if (entry.payload === 'textPayload') return { ...base, ...id, textPayload: entry.textPayload ?? '' };
  if (entry.payload === 'jsonPayload') return { ...base, ...id, jsonPayload: structToJson(entry.jsonPayload) };
  throw invalid('A log entry needs a text or JSON payload.');
}

function instantOf(core: CloudCore, at: z.infer<typeof timestamp> | null): string {
  if (at === null || at.seconds === '0') return core.now().toISOString();
  return `${new Date(Number(at.seconds) * 1000).toISOString().slice(0, 19)}.${String(at.nanos).padStart(9, '0')}Z`;
}

function entryMessage(entry: LogEntry): object {
  const { protoPayload, jsonPayload, textPayload, timestamp: at, receiveTimestamp, ...rest } = entry;
  return {
    ...rest,
    timestamp: timestampOf(at),
    receiveTimestamp: timestampOf(receiveTimestamp),
    ...(protoPayload === undefined ? {} : { protoPayload: encodeAuditLog(protoPayload) }),
    ...(jsonPayload === undefined ? {} : { jsonPayload: jsonToStruct(jsonPayload) }),
    ...(textPayload === undefined ? {} : { textPayload }),
  };
}

function timestampOf(instant: string): { seconds: string; nanos: number } {
  const nanoseconds = nanosecondsOf(instant);
  return { seconds: String(nanoseconds / 1_000_000_000n), nanos: Number(nanoseconds % 1_000_000_000n) };
}
