/** One Cloud Audit Log entry, as much of it as decisions and the review need. */
export interface AuditEntry {
  readonly logName: string;
  readonly insertId: string;
  /** RFC 3339 with the precision that the API gave. */
  readonly timestamp: string;
  readonly severity: string;
  readonly resourceType: string;
  readonly resourceLabels: Readonly<Record<string, string>>;
  readonly serviceName: string;
  /** With its API version prefix: `v1.compute.instances.insert`, `beta.compute.instances.setMetadata`, ... */
  readonly methodName: string;
  readonly resourceName: string;
  readonly principalEmail: string;
  readonly callerIp: string;
  /** google.rpc.Code of the call; 0 when it succeeded, undefined when the entry does not say (then it may have taken effect). */
  readonly statusCode: number | undefined;
  readonly operation: { readonly id: string; readonly first: boolean; readonly last: boolean } | undefined;
  /** The request as JSON, for people; undefined where a read did not ask for it. */
  readonly request: unknown;
}

/** Everything that one read of the audit log gave. `complete` is false when a page limit ended it early. */
export interface AuditRead {
  readonly entries: readonly AuditEntry[];
  readonly complete: boolean;
  /** The read covers entries with a timestamp from here on. RFC 3339. */
  readonly from: string;
  readonly until: string;
}

/** The key under which Cloud Logging itself removes duplicates. */
export const auditKey = (entry: Pick<AuditEntry, 'logName' | 'timestamp' | 'insertId'>): string =>
  `${entry.logName} ${entry.timestamp} ${entry.insertId}`;
