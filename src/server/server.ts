import { messageOf, type Log } from '../base/index.js';
import type { Cloud } from '../gcp/index.js';
import type { ServerConfig } from './config.js';
import { measuredCloud } from './metrics/measured-cloud.js';
import { Metrics, type CallObserver } from './metrics/metrics.js';
import { MetricsListener } from './metrics/metrics-listener.js';
import { spanned, spannedCalls } from './metrics/spans.js';
import { servicesOf, type ServiceChoice } from './services.js';
import type { TlsMaterial } from './service/certificates.js';
import { DecisionJournal } from './service/decisions.js';
import { openFront, type FrontParts } from './service/front.js';
import { LastDecisions } from './service/last-decisions.js';
import { HealthService, Readiness } from './service/health.js';
import type { SecretOpener } from './service/secrets.js';

export interface ServerStart {
  readonly config: ServerConfig;
  readonly cloud: Cloud;
  readonly material: TlsMaterial;
  readonly secrets: SecretOpener;
  readonly log: Log;
  readonly now?: () => Date;
  /** As of the front. */
  readonly connectionAgeMs?: number;
}

/** How long a server that ends waits for its notes to be written. */
const lastWritesMs = 2_000;

/** A TokenServer that listens. */
export interface RunningServer {
  readonly port: number;
  readonly healthPort: number | undefined;
  readonly metricsPort: number | undefined;
  /** Presents another certificate to new connections. */
  reload(material: TlsMaterial): void;
  /** Says NOT_SERVING, takes no new connection, lets running calls end (at most `graceMs`), closes everything. */
  stop(graceMs: number): Promise<void>;
}

/** Puts the parts together and listens. @throws AppError CONFIG_INVALID when a port cannot be listened on. */
export async function startServer(start: ServerStart): Promise<RunningServer> {
  const { config, log, material, now = () => new Date() } = start;
  const { cloud, metrics, observer, onLimited, onRefused } = observed(start.cloud);
  const lastDecisions = new LastDecisions({ store: cloud.lastDecisions, log, now });
  const journal = new DecisionJournal(log, config.decisionLogName === undefined ? undefined : cloud.decisionLog, lastDecisions);
  const services = servicesOf({ ...start, cloud, onLimited });
  const { limits, history, pending } = services;
  const adapter = { log, limits, journal, observer };
  const age = start.connectionAgeMs === undefined ? {} : { connectionAgeMs: start.connectionAgeMs };
  const front = openFront({ material, maxConnections: config.limits.connections, onRefused, log, adapter, services, ...age });
  const { listener } = front;
  const metricsListener = new MetricsListener(metrics, log);
  const health = config.health === undefined ? undefined : new HealthService(log);
  let isListening = false;
  const facts = { listening: () => isListening, certificateNotAfter: () => listener.notAfter, tokenKeysLoaded: () => cloud.tokens.ready };
  const readiness = new Readiness({ ...facts, probe: () => probe(cloud, log), now }, (ready) => health?.set(ready));
  metrics.show({
    connections: () => listener.connections,
    ready: () => readiness.ready,
    auditReadsWaiting: () => history.waiting,
    sessionDocuments: services.sessionDocuments,
  });
  const stop = async (graceMs: number): Promise<void> => {
    readiness.drain();
    isListening = false;
    listener.stopAccepting();
    await front.drain(graceMs);
    front.close();
    history.close();
    journal.stop();
    await atMost(lastWritesMs, Promise.all([lastDecisions.stop(), pending.settled()]));
    health?.close();
    metricsListener.close();
  };
  try {
    const port = await listener.listen(config.listen);
    isListening = true;
    const healthPort = config.health === undefined ? undefined : await health?.listen(config.health);
    const metricsPort = config.metrics === undefined ? undefined : await metricsListener.listen(config.metrics);
    journal.start();
    lastDecisions.start();
    readiness.start();
    void readiness.probe();
    return { port, healthPort, metricsPort, stop, reload: (fresh) => listener.reload(fresh) };
  } catch (error) {
    await stop(0);
    throw error;
  }
}

interface Observed extends Pick<FrontParts, 'onRefused'>, Required<Pick<ServiceChoice, 'onLimited'>> {
  readonly cloud: Cloud;
  readonly metrics: Metrics;
  readonly observer: CallObserver;
}

/** The cloud, with numbers and spans of what it is asked. */
function observed(cloud: Cloud): Observed {
  const metrics = new Metrics();
  const onCall = spannedCalls((...call) => metrics.called(...call));
  return {
    ...{ cloud: measuredCloud(cloud, onCall), metrics, observer: spanned(metrics) },
    onLimited: (limit) => metrics.limited(limit),
    onRefused: (why) => metrics.connectionRefused(why),
  };
}

/** Waits for what is worth having, but not worth waiting for longer than this. */
async function atMost(limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, limitMs)))]);
  clearTimeout(timer);
}

/** Asks Firestore for something small; and loads the token keys as long as they are not there. */
async function probe({ tokens, state }: Cloud, log: Log): Promise<void> {
  if (!tokens.ready) await tokens.warm().catch((error: unknown) => log.warn('token-keys.not-loaded', { error: messageOf(error) }));
  await state.get('probe');
}
