import { z } from 'zod';
import { instantText, readAnswer } from './answer.js';
import type { AuditEntry } from './audit.js';

const auditLogType = 'type.googleapis.com/google.cloud.audit.AuditLog';

const entrySchema = z.object({
  logName: z.string().min(1),
  insertId: z.string().min(1),
  timestamp: instantText,
  severity: z.string().default('DEFAULT'),
  resource: z.object({ type: z.string().min(1), labels: z.record(z.string(), z.string()).default({}) }),
  operation: z.object({ id: z.string().default(''), first: z.boolean().default(false), last: z.boolean().default(false) }).optional(),
  protoPayload: z.object({
    '@type': z.literal(auditLogType),
    serviceName: z.string().min(1),
    methodName: z.string().min(1),
    resourceName: z.string().default(''),
    status: z.object({ code: z.number().int().default(0) }).optional(),
    authenticationInfo: z.object({ principalEmail: z.string().default('') }).optional(),
    requestMetadata: z.object({ callerIp: z.string().default('') }).optional(),
    request: z.unknown().optional(),
  }),
});

/**
 * Reads one entry of a REST entries:list answer whose payload is an AuditLog. Members that were redacted or left out (who,
 * from where) become the empty string; what identifies the entry and the method must be there.
 * @throws AppError CLOUD_UNAVAILABLE
 * @see https://cloud.google.com/logging/docs/reference/audit/auditlog/rest/Shared.Types/AuditLog
 */
export function parseAuditEntry(raw: unknown): AuditEntry {
  const { protoPayload: log, ...entry } = readAnswer(entrySchema, raw, 'entries.list');
  return {
    logName: entry.logName,
    insertId: entry.insertId,
    timestamp: entry.timestamp,
    severity: entry.severity,
    resourceType: entry.resource.type,
    resourceLabels: entry.resource.labels,
    serviceName: log.serviceName,
    methodName: log.methodName,
    resourceName: log.resourceName,
    principalEmail: log.authenticationInfo?.principalEmail ?? '',
    callerIp: log.requestMetadata?.callerIp ?? '',
    statusCode: log.status?.code,
    operation: entry.operation,
    request: log.request,
  };
}
