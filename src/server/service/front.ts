import { Server, ServerCredentials, type UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Log } from '../../base/index.js';
import { tokenServiceDefinition, verifierDefinition } from '../../wire/index.js';
import { unary, withRawRequests, type AdapterParts } from './adapter.js';
import { activateCredentialCall, makeCredentialCall } from './attestation.js';
import type { TlsMaterial } from './certificates.js';
import type { ConnectionRefusal } from './connection-places.js';
import { TlsListener } from './listener.js';
import type { ServiceParts } from './parts.js';
import { getToken } from './release.js';
import { offerQuoteCall, provideQuoteCall } from './requote.js';
import { provideSigningKeyCall } from './signing-key.js';

export interface FrontParts {
  readonly material: TlsMaterial;
  readonly maxConnections: number;
  /** Told of each connection that is refused. */
  readonly onRefused: (why: ConnectionRefusal) => void;
  readonly log: Log;
  readonly adapter: Omit<AdapterParts, 'connectionOf'>;
  readonly services: ServiceParts;
  /** A connection that is older takes no new call; an hour unless said otherwise, 10 % more or less. */
  readonly connectionAgeMs?: number;
}

/** The two services behind our own TLS. */
export interface Front {
  readonly listener: TlsListener;
  /** Waits until running calls have ended, at most this long. */
  drain(graceMs: number): Promise<void>;
  /** Ends all calls and connections. */
  close(): void;
}

/** The longest request, a certified key of 3072 bits with its certificate, has less than 8 KiB. */
const maxMessageBytes = 65_536;

/** A client authority that a reload withdrew is not asked again on open connections: so they end. */
const defaultConnectionAgeMs = 3_600_000;
/** Longer than any call. */
const connectionGraceMs = 90_000;

/** grpc-js is given connections whose handshake is done; it opens no port itself. */
export function openFront({ material, maxConnections, onRefused, log, adapter, services, connectionAgeMs }: FrontParts): Front {
  const grpc = new Server({
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_concurrent_streams': 32,
    'grpc.max_connection_idle_ms': 300_000,
    'grpc.max_connection_age_ms': connectionAgeMs ?? defaultConnectionAgeMs,
    'grpc.max_connection_age_grace_ms': connectionGraceMs,
    // What grpc-js would keep of each connection and call for a service that is not offered.
    'grpc.enable_channelz': 0,
    'grpc.keepalive_time_ms': 60_000,
    'grpc.keepalive_timeout_ms': 20_000,
  });
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const listener = new TlsListener({
    material,
    maxConnections,
    isKnown: (network) => services.limits.isKnownNetwork(network),
    onRefused,
    log,
    inject: (socket) => injector.injectConnection(socket),
  });
  addServices(grpc, { ...adapter, connectionOf: (peer) => listener.connectionOf(peer) }, services);
  return {
    listener,
    drain: (graceMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, graceMs);
        grpc.tryShutdown(() => {
          clearTimeout(timer);
          resolve();
        });
      }),
    close: () => {
      listener.destroyAll();
      grpc.forceShutdown();
    },
  };
}

function addServices(grpc: Server, adapter: AdapterParts, services: ServiceParts): void {
  const release: UntypedServiceImplementation = { GetToken: unary(tokenServiceDefinition.GetToken, adapter, getToken(services)) };
  const { MakeCredential, ActivateCredential, OfferQuote, ProvideQuote, ProvideSigningKey } = verifierDefinition;
  const verifier: UntypedServiceImplementation = {
    MakeCredential: unary(MakeCredential, adapter, makeCredentialCall(services)),
    ActivateCredential: unary(ActivateCredential, adapter, activateCredentialCall(services)),
    OfferQuote: unary(OfferQuote, adapter, offerQuoteCall(services)),
    ProvideQuote: unary(ProvideQuote, adapter, provideQuoteCall(services)),
    ProvideSigningKey: unary(ProvideSigningKey, adapter, provideSigningKeyCall(services)),
  };
  grpc.addService(withRawRequests(tokenServiceDefinition), release);
  grpc.addService(withRawRequests(verifierDefinition), verifier);
}
