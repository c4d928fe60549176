import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { Secret } from '../../../src/base/index.js';
import { audience, type Vm } from '../../../src/localcloud/index.js';
import {
  openChannel,
  readRefusal,
  TokenServiceClient,
  VerifierClient,
  type Channel,
  type MakeCredentialResponse__Output,
  type OfferQuoteResponse__Output,
  type TokenResponse__Output,
  type TokenServiceStub,
  type VerifierStub,
} from '../../../src/wire/index.js';
import type { World } from './world.js';

/** What a call ended with: a value, or a gRPC status name with the reason that the server gave. */
export type Answer<T> =
  { readonly value: T } | { readonly status: string; readonly reason: string | undefined; readonly healedBy: string | undefined };

export interface CallerOptions {
  readonly token?: () => Promise<string>;
  /** Authority of the server's certificate, PEM, where it is not the world's. */
  readonly authority?: Buffer;
  /** host:port of another server than the world's own. */
  readonly address?: string;
  /** Client certificate and key, PEM. */
  readonly identity?: { readonly certificate: Buffer; readonly key: Buffer };
}

/** An identity token from the VM's own metadata server. */
export async function identityToken(vm: Vm, forAudience = audience): Promise<string> {
  const url = `${vm.metadataUrl}/computeMetadata/v1/instance/service-accounts/default/identity?audience=${encodeURIComponent(forAudience)}&format=full`;
  return (await fetch(url, { headers: { 'Metadata-Flavor': 'Google' } })).text();
}

/** Claims of an identity token, as its payload has them. */
export interface Claims {
  iss: string;
  aud: string;
  iat: number;
  exp: number;
  email: string;
  email_verified: boolean;
  google: { compute_engine: Record<string, unknown> };
  [name: string]: unknown;
}

export const claimsOf = (token: string): Claims => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Claims;

type Done<S> = (error: ServiceError | null, value?: S) => void;
type Call<S> = (metadata: Metadata, options: { readonly deadline: number }, done: Done<S>) => unknown;

/** Speaks the protocol as an attacker would: any token, any certificate, any bytes, any order. */
export class Caller {
  readonly channel: Channel;
  readonly #token: () => Promise<string>;
  readonly #service: TokenServiceStub;
  readonly #verifier: VerifierStub;

  constructor(world: World, options: CallerOptions = {}) {
    this.#token = options.token ?? (() => identityToken(world.vm));
    const identity = options.identity ?? { certificate: world.certificate('tokenclient.crt'), key: world.certificate('tokenclient.key') };
    this.channel = openChannel({
      serverName: 'tokenservice.esodemoapp2.com',
      ca: options.authority ?? world.certificate('tls-ca.crt'),
      certificate: identity.certificate,
      key: new Secret(identity.key),
      pins: [],
    });
    const { address = world.setting.address } = options;
    this.#service = new TokenServiceClient(address, this.channel.credentials, this.channel.options);
    this.#verifier = new VerifierClient(address, this.channel.credentials, this.channel.options);
  }

  close(): void {
    this.#service.close();
    this.#verifier.close();
  }

  getToken = (request: Parameters<TokenServiceStub['GetToken']>[0] = {}) =>
    this.#call<TokenResponse__Output>((metadata, options, done) => this.#service.GetToken(request, metadata, options, done));

  makeCredential = (request: Parameters<VerifierStub['MakeCredential']>[0]) =>
    this.#call<MakeCredentialResponse__Output>((metadata, options, done) =>
      this.#verifier.MakeCredential(request, metadata, options, done),
    );

  activateCredential = (request: Parameters<VerifierStub['ActivateCredential']>[0]) =>
    this.#call<{ verified: boolean }>((metadata, options, done) => this.#verifier.ActivateCredential(request, metadata, options, done));

  offerQuote = (request: Parameters<VerifierStub['OfferQuote']>[0]) =>
    this.#call<OfferQuoteResponse__Output>((metadata, options, done) => this.#verifier.OfferQuote(request, metadata, options, done));

  provideQuote = (request: Parameters<VerifierStub['ProvideQuote']>[0]) =>
    this.#call<{ verified: boolean }>((metadata, options, done) => this.#verifier.ProvideQuote(request, metadata, options, done));

  provideSigningKey = (request: Parameters<VerifierStub['ProvideSigningKey']>[0]) =>
    this.#call<{ verified: boolean }>((metadata, options, done) => this.#verifier.ProvideSigningKey(request, metadata, options, done));

  async #call<S>(call: Call<S>): Promise<Answer<S>> {
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${await this.#token()}`);
    return new Promise((resolve) => {
      call(metadata, { deadline: Date.now() + 20_000 }, (error, value) => {
        if (error === null && value !== undefined) resolve({ value });
        else {
          const refusal = readRefusal(error);
          resolve({ status: status[error?.code ?? 2] ?? 'UNKNOWN', reason: refusal?.reason, healedBy: refusal?.healedBy });
        }
      });
    });
  }
}

/** The value of an answer that must be one. */
export function valueOf<T>(answer: Answer<T>): T {
  if ('value' in answer) return answer.value;
  throw new Error(`refused: ${answer.status} ${answer.reason ?? ''}`);
}
