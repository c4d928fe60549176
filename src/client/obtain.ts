import { randomUUID } from 'node:crypto';
import { Metadata, type CallOptions, type ClientUnaryCall, type requestCallback } from '@grpc/grpc-js';
import {
  TokenServiceClient,
  VerifierClient,
  type ActivateCredentialRequest__Output,
  type Channel,
  type MakeCredentialRequest__Output,
  type MakeCredentialResponse__Output,
  type OfferQuoteRequest__Output,
  type OfferQuoteResponse__Output,
  type PcrValue__Output,
  type ProvideQuoteRequest__Output,
  type ProvideSigningKeyRequest__Output,
  type TokenRequest__Output,
  type TokenResponse__Output,
} from '../wire/index.js';
import { serverTrouble } from './server-trouble.js';

/** An attestation or certification as it goes out: TPMS_ATTEST, and TPMT_SIGNATURE over it. */
interface SignedAttestation {
  readonly attestation: Buffer;
  readonly signature: Buffer;
}

/**
 * The TokenServer as the client sees it: each method is one call with an identity token of its own and a deadline.
 * @throws RefusedError when the server explains its refusal; AppError SERVER_UNREACHABLE; what `identityToken` throws.
 */
export interface TokenServer {
  makeCredential(request: {
    /** Lower-case hex. */
    readonly akName: string;
    /** TPMT_PUBLIC. */
    readonly ekPublic: Buffer;
    readonly akPublic: Buffer;
    /** Uncompressed P-256 point, 65 bytes. */
    readonly releaseKey: Buffer;
  }): Promise<MakeCredentialResponse__Output>;
  /** Did the server accept the activation? */
  activateCredential(
    request: SignedAttestation & {
      readonly sessionId: Buffer;
      readonly challenge: string;
      readonly pcrValues: readonly PcrValue__Output[];
    },
  ): Promise<boolean>;
  /** A nonce for another quote of an attested session. */
  offerQuote(sessionId: Buffer): Promise<OfferQuoteResponse__Output>;
  /** Did the server accept the quote? */
  provideQuote(
    request: SignedAttestation & { readonly sessionId: Buffer; readonly pcrValues: readonly PcrValue__Output[] },
  ): Promise<boolean>;
  /** Did the server accept the signing key? `publicKeyPem` and `publicArea` (TPMT_PUBLIC) are the same key. */
  provideSigningKey(
    request: SignedAttestation & { readonly sessionId: Buffer; readonly publicKeyPem: string; readonly publicArea: Buffer },
  ): Promise<boolean>;
  /** Asks for the secrets; without a session only a VM with release policy `identity` gets them. */
  getToken(sessionId: Buffer | undefined): Promise<TokenResponse__Output>;
  /** SHA-256 of the public key of the server that the last handshake verified: 32 bytes. */
  serverSpkiSha256(): Buffer;
  close(): void;
}

export interface TokenServerSettings {
  /** host:port. */
  readonly address: string;
  readonly channel: Channel;
  /** A fresh identity token for the server's audience. */
  readonly identityToken: () => Promise<string>;
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

const defaultDeadlineMs = 30_000;
/** A server that comes back is found again within this time, whatever grpc-js has doubled its own wait to. */
const maxReconnectWaitMs = 5_000;

/** Opens the one channel to the server. Nothing is sent before the first call. */
export function connectTokenServer(settings: TokenServerSettings): TokenServer {
  const { address, channel } = settings;
  const options = { ...channel.options, 'grpc.max_reconnect_backoff_ms': maxReconnectWaitMs, 'grpc.enable_retries': 0 };
  const tokens = new TokenServiceClient(address, channel.credentials, options);
  const verifier = new VerifierClient(address, channel.credentials, { ...options, channelOverride: tokens.getChannel() });
  const call = caller(settings);
  const makeCredential: Unary<Partial<MakeCredentialRequest__Output>, MakeCredentialResponse__Output> = (...args) =>
    verifier.makeCredential(...args);
  const activateCredential: Unary<Partial<ActivateCredentialRequest__Output>, Verified> = (...args) => verifier.activateCredential(...args);
  const offerQuote: Unary<Partial<OfferQuoteRequest__Output>, OfferQuoteResponse__Output> = (...args) => verifier.offerQuote(...args);
  const provideQuote: Unary<Partial<ProvideQuoteRequest__Output>, Verified> = (...args) => verifier.provideQuote(...args);
  const provideSigningKey: Unary<Partial<ProvideSigningKeyRequest__Output>, Verified> = (...args) => verifier.provideSigningKey(...args);
  const getToken: Unary<Partial<TokenRequest__Output>, TokenResponse__Output> = (...args) => tokens.getToken(...args);
  return {
    makeCredential: ({ akName, ekPublic, akPublic, releaseKey }) =>
      call(makeCredential, { akName, ekPub: ekPublic, akPub: akPublic, releaseKey }),
    activateCredential: async ({ sessionId, challenge, attestation, signature, pcrValues }) => {
      const request = { sessionId, secret: challenge, attestation, signatureTpmt: signature, pcrValues: [...pcrValues] };
      return (await call(activateCredential, request)).verified;
    },
    offerQuote: (sessionId) => call(offerQuote, { sessionId }),
    provideQuote: async ({ sessionId, attestation, signature, pcrValues }) =>
      (await call(provideQuote, { sessionId, attestation, signatureTpmt: signature, pcrValues: [...pcrValues] })).verified,
    provideSigningKey: async ({ sessionId, publicKeyPem, publicArea, attestation, signature }) => {
      const request = {
        sessionId,
        signingkey: Buffer.from(publicKeyPem),
        signingKeyPublic: publicArea,
        attestation,
        signatureTpmt: signature,
      };
      return (await call(provideSigningKey, request)).verified;
    },
    getToken: (sessionId) => call(getToken, { processID: `urn:uuid:${randomUUID()}`, ...(sessionId && { sessionId }) }),
    serverSpkiSha256: () => channel.serverSpkiSha256(),
    close: () => {
      verifier.close();
      tokens.close();
    },
  };
}

interface Verified {
  readonly verified: boolean;
}

type Unary<Request, Response> = (
  request: Request & { requestId: string },
  metadata: Metadata,
  options: CallOptions,
  callback: requestCallback<Response>,
) => ClientUnaryCall;

type Caller = <Request, Response>(method: Unary<Request, Response>, request: Request) => Promise<Response>;

function caller({ address, identityToken, deadlineMs = defaultDeadlineMs, signal }: TokenServerSettings): Caller {
  return async <Request, Response>(method: Unary<Request, Response>, request: Request): Promise<Response> => {
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${await identityToken()}`);
    return new Promise<Response>((resolve, reject) => {
      const options = { deadline: Date.now() + deadlineMs };
      const running = method({ ...request, requestId: randomUUID() }, metadata, options, (error, response) => {
        signal?.removeEventListener('abort', cancel);
        if (error !== null) reject(serverTrouble(error, address));
        else if (response === undefined) reject(serverTrouble(new Error('no message'), address));
        else resolve(response);
      });
      const cancel = (): void => running.cancel();
      signal?.addEventListener('abort', cancel, { once: true });
      if (signal?.aborted === true) cancel();
    });
  };
}
