import { messageOf, type Log } from '../base/index.js';
import type { Cloud } from '../gcp/index.js';
import { MemoryState } from './attestation/memory-state.js';
import { SessionStore } from './attestation/session-store.js';
import { sessionGraceSeconds, type ServerConfig } from './config.js';
import { HistoryReader } from './evidence/history.js';
import { MachineReader } from './evidence/machine.js';
import { ReleaseLedger } from './evidence/release-ledger.js';
import type { TlsMaterial } from './service/certificates.js';
import { DecisionJournal } from './service/decisions.js';
import { openFront } from './service/front.js';
import { HealthService, Readiness } from './service/health.js';
import { CallLimits } from './service/limits.js';
import type { ServiceParts } from './service/parts.js';
import type { SecretOpener } from './service/secrets.js';

export interface ServerStart {
  readonly config: ServerConfig;
  readonly cloud: Cloud;
  readonly material: TlsMaterial;
  readonly secrets: SecretOpener;
  readonly log: Log;
  readonly now?: () => Date;
}

/** A TokenServer that listens. */
export interface RunningServer {
  readonly port: number;
  readonly healthPort: number | undefined;
  /** Presents another certificate to new connections. */
  reload(material: TlsMaterial): void;
  /** Says NOT_SERVING, takes no new connection, lets running calls end (at most `graceMs`), closes everything. */
  stop(graceMs: number): Promise<void>;
}

/** Documents that one session can have in the store. */
const documentsPerSession = 6;

/** Puts the parts together and listens. @throws AppError CONFIG_INVALID when a port cannot be listened on. */
export async function startServer(start: ServerStart): Promise<RunningServer> {
  const { config, cloud, log, material, now = () => new Date() } = start;
  const limits = new CallLimits(config.limits);
  const history = new HistoryReader(cloud.auditLog, { readsPerMinute: config.limits.loggingReadsPerMinute });
  const journal = new DecisionJournal(log, config.decisionLogName === undefined ? undefined : cloud.decisionLog);
  const services: ServiceParts = { ...partsOf(start, limits, now), history };
  const front = openFront({ material, maxConnections: config.limits.connections, log, adapter: { log, limits, journal }, services });
  const { listener } = front;
  const health = config.health === undefined ? undefined : new HealthService(log);
  let isListening = false;
  const facts = { listening: () => isListening, certificateNotAfter: () => listener.notAfter, tokenKeysLoaded: () => cloud.tokens.ready };
  const readiness = new Readiness({ ...facts, probe: () => probe(cloud, log), now }, (ready) => health?.set(ready));
  const stop = async (graceMs: number): Promise<void> => {
    readiness.drain();
    isListening = false;
    listener.stopAccepting();
    await front.drain(graceMs);
    front.close();
    history.close();
    journal.stop();
    health?.close();
  };
  try {
    const port = await listener.listen(config.listen);
    isListening = true;
    const healthPort = config.health === undefined ? undefined : await health?.listen(config.health);
    journal.start();
    readiness.start();
    void readiness.probe();
    return { port, healthPort, stop, reload: (fresh) => listener.reload(fresh) };
  } catch (error) {
    await stop(0);
    throw error;
  }
}

/** Asks Firestore for something small; and loads the token keys as long as they are not there. */
async function probe({ tokens, state }: Cloud, log: Log): Promise<void> {
  if (!tokens.ready) await tokens.warm().catch((error: unknown) => log.warn('token-keys.not-loaded', { error: messageOf(error) }));
  await state.get('probe');
}

function partsOf({ config, cloud, secrets, log }: ServerStart, limits: CallLimits, now: () => Date): Omit<ServiceParts, 'history'> {
  const { policy, useTpm } = config;
  const state = config.sessionStore === 'firestore' ? cloud.state : new MemoryState(config.limits.sessions * documentsPerSession, now);
  return {
    cloud,
    policy,
    useTpm,
    limits,
    sessions: new SessionStore(state, now),
    ledger: new ReleaseLedger(cloud.state),
    machine: new MachineReader(cloud.compute),
    secrets,
    log,
    now,
    sessionLifeSeconds: policy.settleSeconds + sessionGraceSeconds,
  };
}
