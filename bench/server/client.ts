// One client of the load: its own TLS connection, its own VM, the real messages.
import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { hex, Secret } from '../../src/base/index.js';
import { serverName } from '../../src/localcloud/story.js';
import {
  openChannel,
  readRefusal,
  releaseBinding,
  ReleaseKey,
  TokenServiceClient,
  VerifierClient,
  type Channel,
  type TokenResponse__Output,
  type TokenServiceStub,
  type VerifierStub,
} from '../../src/wire/index.js';
import type { SoftwareTpm } from './software-tpm.js';

export interface ClientCertificate {
  readonly ca: Buffer;
  readonly certificate: Buffer;
  readonly key: Buffer;
}

const deadlineMs = 120_000;

type Done<S> = (error: ServiceError | null, value?: S) => void;

export class BenchClient {
  readonly #channel: Channel;
  readonly #service: TokenServiceStub;
  readonly #verifier: VerifierStub;
  readonly #metadata = new Metadata({ waitForReady: true });
  readonly #tpm: SoftwareTpm;
  #sessionId: Buffer = Buffer.alloc(32);

  constructor(address: string, { ca, certificate, key }: ClientCertificate, token: string, tpm: SoftwareTpm) {
    this.#channel = openChannel({ serverName, ca, certificate, key: new Secret(key), pins: [] });
    this.#service = new TokenServiceClient(address, this.#channel.credentials, this.#channel.options);
    this.#verifier = new VerifierClient(address, this.#channel.credentials, {
      ...this.#channel.options,
      channelOverride: this.#service.getChannel(),
    });
    this.#metadata.set('authorization', `Bearer ${token}`);
    this.#tpm = tpm;
  }

  /** Resolves when the connection stands. */
  connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#service.waitForReady(Date.now() + deadlineMs, (error) => {
        if (error === undefined) resolve();
        else reject(new Error(`no connection: ${error.message}`));
      });
    });
  }

  /** TokenService.GetToken in the session that was attested last; the echo takes it too. */
  getToken(): Promise<TokenResponse__Output> {
    return this.#call('GetToken', (options, done) =>
      this.#service.GetToken({ requestId: 'bench', sessionId: this.#sessionId }, this.#metadata, options, done),
    );
  }

  /** Verifier.MakeCredential: opens a session. */
  async open(): Promise<{ readonly attest: () => Promise<void> }> {
    const releaseKey = new ReleaseKey();
    const { ekPub, akPub, akName } = this.#tpm;
    const offer = await this.#call(
      'MakeCredential',
      (options, done: Done<{ credBlob: Buffer; encryptedSecret: Buffer; sessionId: Buffer }>) =>
        this.#verifier.MakeCredential(
          { requestId: 'bench', akName: hex(akName), ekPub, akPub, releaseKey: releaseKey.publicPoint },
          this.#metadata,
          options,
          done,
        ),
    );
    return {
      attest: async () => {
        const challenge = this.#tpm.activate(offer.credBlob, offer.encryptedSecret).toString('ascii');
        const serverSpkiSha256 = this.#channel.serverSpkiSha256();
        const binding = releaseBinding({ challenge, releaseKey: releaseKey.publicPoint, serverSpkiSha256 });
        const { attestation, signatureTpmt } = this.#tpm.quote(binding);
        await this.#call('ActivateCredential', (options, done) =>
          this.#verifier.ActivateCredential(
            { requestId: 'bench', secret: challenge, sessionId: offer.sessionId, attestation, signatureTpmt },
            this.#metadata,
            options,
            done,
          ),
        );
        this.#sessionId = offer.sessionId;
      },
    };
  }

  /** A new session, attested. */
  async attest(): Promise<void> {
    await (await this.open()).attest();
  }

  close(): void {
    this.#service.close();
  }

  #call<S>(name: string, start: (options: { readonly deadline: number }, done: Done<S>) => unknown): Promise<S> {
    return new Promise((resolve, reject) => {
      start({ deadline: Date.now() + deadlineMs }, (error, value) => {
        if (error === null && value !== undefined) resolve(value);
        else reject(new Error(`${name}: ${status[error?.code ?? 2] ?? ''} ${readRefusal(error)?.reason ?? error?.details ?? ''}`));
      });
    });
  }
}
