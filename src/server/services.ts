import type { Log } from '../base/index.js';
import type { Cloud } from '../gcp/index.js';
import { MemoryState } from './attestation/memory-state.js';
import { SessionStore } from './attestation/session-store.js';
import { sessionGraceSeconds, type ServerConfig } from './config.js';
import { HistoryReader } from './evidence/history.js';
import { MachineReader } from './evidence/machine.js';
import { ReleaseLedger } from './evidence/release-ledger.js';
import { CallLimits, type CallLimit } from './service/limits.js';
import { PendingBoard } from './service/pending-board.js';
import type { ServiceParts } from './service/parts.js';
import type { SecretOpener } from './service/secrets.js';

export interface ServiceChoice {
  readonly config: ServerConfig;
  readonly cloud: Cloud;
  readonly secrets: SecretOpener;
  readonly log: Log;
  readonly now?: () => Date;
  /** Told of each call that a limit stops. */
  readonly onLimited?: (limit: CallLimit) => void;
}

/** Documents that one session can have in the store. */
const documentsPerSession = 6;

interface Services extends ServiceParts {
  /** In memory; 0 where sessions are in Firestore. */
  readonly sessionDocuments: () => number;
}

/** What the six calls work with, put together as the flags say. */
export function servicesOf({ config, cloud, secrets, log, onLimited, now = () => new Date() }: ServiceChoice): Services {
  const { policy, useTpm, limits } = config;
  const memory = config.sessionStore === 'memory' ? new MemoryState(limits.sessions * documentsPerSession, now) : undefined;
  return {
    cloud,
    policy,
    useTpm,
    limits: new CallLimits({ ...limits, onLimited }),
    sessions: new SessionStore(memory ?? cloud.state, now),
    ledger: new ReleaseLedger(cloud.state),
    machine: new MachineReader(cloud.compute),
    history: new HistoryReader(cloud.auditLog, { readsPerMinute: limits.loggingReadsPerMinute }),
    pending: new PendingBoard({ store: cloud.pending, projects: config.clientProjects, log, now }),
    secrets,
    log,
    now,
    sessionDocuments: () => memory?.size ?? 0,
    sessionLifeSeconds: policy.settleSeconds + sessionGraceSeconds,
  };
}
