import { Server, ServerCredentials, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { messageOf, type Log } from '../base/index.js';
import type { Cloud } from '../gcp/index.js';
import { tokenServiceDefinition, verifierDefinition } from '../wire/index.js';
import { MemoryState } from './attestation/memory-state.js';
import { SessionStore } from './attestation/session-store.js';
import { sessionGraceSeconds, type ServerConfig } from './config.js';
import { HistoryReader } from './evidence/history.js';
import { MachineReader } from './evidence/machine.js';
import { ReleaseLedger } from './evidence/release-ledger.js';
import { unary, withRawRequests, type AdapterParts } from './service/adapter.js';
import { activateCredentialCall, makeCredentialCall } from './service/attestation.js';
import type { TlsMaterial } from './service/certificates.js';
import { DecisionJournal } from './service/decisions.js';
import { HealthService, Readiness } from './service/health.js';
import { CallLimits } from './service/limits.js';
import { TlsListener } from './service/listener.js';
import type { ServiceParts } from './service/parts.js';
import { getToken } from './service/release.js';
import { offerQuoteCall, provideQuoteCall } from './service/requote.js';
import type { SecretOpener } from './service/secrets.js';
import { provideSigningKeyCall } from './service/signing-key.js';

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
const maxMessageBytes = 65_536;

/** Puts the parts together and listens. @throws AppError CONFIG_INVALID when a port cannot be listened on. */
export async function startServer(start: ServerStart): Promise<RunningServer> {
  const { config, cloud, log, now = () => new Date() } = start;
  const limits = new CallLimits(config.limits);
  const history = new HistoryReader(cloud.auditLog, { readsPerMinute: config.limits.loggingReadsPerMinute });
  const parts: ServiceParts = { ...partsOf(start, limits, now), history };
  const journal = new DecisionJournal(log, config.decisionLogName === undefined ? undefined : cloud.decisionLog);
  const { listener, grpc, drain } = openGrpc(
    start,
    (of) => ({ log, limits, journal, serverSpkiSha256: (peer) => of.spkiShownTo(peer) }),
    parts,
  );
  const port = await listener.listen(config.listen);
  journal.start();

  let isListening = true;
  const health = config.health === undefined ? undefined : new HealthService(log);
  const facts = { listening: () => isListening, certificateNotAfter: () => listener.notAfter, tokenKeysLoaded: () => cloud.tokens.ready };
  const readiness = new Readiness({ ...facts, probe: () => probe(cloud, log), now }, (ready) => health?.set(ready));
  const healthPort = config.health === undefined ? undefined : await health?.listen(config.health);
  void readiness.probe();
  readiness.start();

  return {
    port,
    healthPort,
    reload: (material) => listener.reload(material),
    stop: async (graceMs) => {
      readiness.drain();
      isListening = false;
      listener.stopAccepting();
      await drain(graceMs);
      listener.destroyAll();
      grpc.forceShutdown();
      history.close();
      journal.stop();
      health?.close();
    },
  };
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

interface OpenGrpc {
  readonly listener: TlsListener;
  readonly grpc: Server;
  /** Waits until running calls have ended, at most this long. */
  readonly drain: (graceMs: number) => Promise<void>;
}

/** grpc-js behind our own TLS: it is given connections whose handshake is done. */
function openGrpc(
  { config, material, log }: ServerStart,
  adapterOf: (listener: TlsListener) => AdapterParts,
  parts: ServiceParts,
): OpenGrpc {
  const grpc = new Server({
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_concurrent_streams': 32,
    'grpc.max_connection_idle_ms': 300_000,
    'grpc.keepalive_time_ms': 60_000,
    'grpc.keepalive_timeout_ms': 20_000,
  });
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const listener = new TlsListener({
    material,
    log,
    maxConnections: config.limits.connections,
    inject: (socket) => injector.injectConnection(socket),
  });
  addServices(grpc, adapterOf(listener), parts);
  const drain = (graceMs: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, graceMs);
      grpc.tryShutdown(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  return { listener, grpc, drain };
}

function addServices(grpc: Server, adapter: AdapterParts, parts: ServiceParts): void {
  const release: UntypedServiceImplementation = { GetToken: unary(tokenServiceDefinition.GetToken, adapter, getToken(parts)) };
  const { MakeCredential, ActivateCredential, OfferQuote, ProvideQuote, ProvideSigningKey } = verifierDefinition;
  const verifier: UntypedServiceImplementation = {
    MakeCredential: unary(MakeCredential, adapter, makeCredentialCall(parts)),
    ActivateCredential: unary(ActivateCredential, adapter, activateCredentialCall(parts)),
    OfferQuote: unary(OfferQuote, adapter, offerQuoteCall(parts)),
    ProvideQuote: unary(ProvideQuote, adapter, provideQuoteCall(parts)),
    ProvideSigningKey: unary(ProvideSigningKey, adapter, provideSigningKeyCall(parts)),
  };
  grpc.addService(withRawRequests(tokenServiceDefinition), release);
  grpc.addService(withRawRequests(verifierDefinition), verifier);
}
