import { AuditLog } from './audit-log.js';
import { Calls } from './calls.js';
import { Faults } from './faults.js';
import { Principals } from './principals.js';
import { Projects } from './projects.js';

/**
 * What every fake service shares: one clock, one set of accounts, one log. A service file exports
 * `start<Name>(core: CloudCore, ...): Promise<RunningService>` and cloud.ts starts them all.
 */
export interface CloudCore {
  /** The cloud's clock: token expiry, timestamps, and when late log entries become visible. */
  readonly now: () => Date;
  readonly projects: Projects;
  readonly principals: Principals;
  readonly faults: Faults;
  readonly calls: Calls;
  readonly auditLog: AuditLog;
}

/** A service that listens on 127.0.0.1. */
export interface RunningService {
  /** `127.0.0.1:port`. */
  readonly address: string;
  /** Ends it and every open connection. */
  close(): Promise<void>;
}

export function createCore(now: () => Date): CloudCore {
  return {
    now,
    projects: new Projects(),
    principals: new Principals(now),
    faults: new Faults(now),
    calls: new Calls(),
    auditLog: new AuditLog(now),
  };
}
