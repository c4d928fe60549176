import { AppError, Secret, type Log } from '../base/index.js';
import type { SigningKey } from '../tpm-device/index.js';
import type { ReleasedSecret, TokenResponse__Output } from '../wire/index.js';
import { attest, type AttestedSession } from './attest.js';
import type { TokenServer } from './obtain.js';
import { requote, type ProvenSession } from './requote.js';
import { RefusedError } from './server-trouble.js';
import { withTpm } from './tpm-access.js';

/** The answer that this VM came for. Whoever takes it wipes the secrets. */
export interface Release {
  /** The line of Alice's log; empty when the server sent none (release policy `identity`). */
  readonly decisionId: string;
  readonly secrets: readonly ReleasedSecret[];
  readonly signingKey: SigningKey | undefined;
  /** The argv that Alice allowed for an archive among the secrets; empty: none. Comes with a sealed release only. */
  readonly payloadCommand: readonly string[];
}

export interface ReleaseRequest {
  readonly server: TokenServer;
  /** Numeric id of this VM. */
  readonly instanceId: () => Promise<string>;
  /** Present: attest with this TPM. Absent: ask by identity alone. */
  readonly attestation: { readonly tpmLocation: string; readonly exchangeSigningKey: boolean } | undefined;
  readonly log: Log;
}

/**
 * Asks one server for this VM's secrets, again and again until it answers. The attested session is kept between attempts
 * while the server wants to wait or does not answer, because a session is counted as one release however often it asks.
 */
export class ReleaseConversation {
  readonly #request: ReleaseRequest;
  #session: AttestedSession | undefined;
  /** The newest session that the server attested; it may be over. */
  #proven: ProvenSession | undefined;

  constructor(request: ReleaseRequest) {
    this.#request = request;
  }

  /** Does the next attempt prove the VM, or go on with what the server has already verified? Undefined: neither. */
  get phase(): 'attesting' | 'settling' | undefined {
    if (this.#request.attestation === undefined) return undefined;
    return this.#session === undefined ? 'attesting' : 'settling';
  }

  /** One attempt. @throws RefusedError, AppError as attest, and CRYPTO_FAILED when the answer was not sealed for us. */
  async attempt(): Promise<Release> {
    const { server, instanceId, attestation } = this.#request;
    if (attestation !== undefined) this.#session ??= await this.#attest(attestation);
    const session = this.#session;
    try {
      const response = await server.getToken(session?.sessionId);
      return session === undefined ? openPlain(response) : openSealed(response, session, await instanceId());
    } catch (error) {
      if (!keepsSession(error)) this.dispose();
      throw error;
    }
  }

  /** Proves the VM and its signing key, and asks for no secret. @throws as attest. */
  async attestSigningKey(): Promise<SigningKey> {
    const { signingKey, releaseKey } = await this.#attest(this.#attestation());
    releaseKey.dispose();
    if (signingKey === undefined) throw new AppError('INTERNAL', 'this client exchanges no signing key');
    return signingKey;
  }

  /**
   * Proves the VM again; no secret is asked for. A quote in the session that is there, while the server knows it; else the
   * whole attestation, in a session of its own that the next time begins with.
   * @throws as attest.
   */
  async reattest(): Promise<'quote' | 'attestation'> {
    const attestation = this.#attestation();
    if (await this.#requote(attestation.tpmLocation)) return 'quote';
    const { releaseKey } = await this.#attest({ ...attestation, exchangeSigningKey: false });
    releaseKey.dispose();
    return 'attestation';
  }

  /** Forgets the session and its release key. */
  dispose(): void {
    this.#session?.releaseKey.dispose();
    this.#session = undefined;
  }

  #attestation(): NonNullable<ReleaseRequest['attestation']> {
    const { attestation } = this.#request;
    if (attestation === undefined) throw new AppError('INTERNAL', 'this client does not attest');
    return attestation;
  }

  async #requote(tpmLocation: string): Promise<boolean> {
    const proven = this.#proven;
    if (proven === undefined) return false;
    try {
      return await withTpm(tpmLocation, (tpm) => requote(this.#request.server, tpm, proven));
    } catch (error) {
      if (!(error instanceof RefusedError) || error.refusal.grpcCode !== failedPrecondition) throw error;
      this.#proven = undefined;
      return false;
    }
  }

  async #attest({ tpmLocation, exchangeSigningKey }: NonNullable<ReleaseRequest['attestation']>): Promise<AttestedSession> {
    const { server, log } = this.#request;
    const session = await withTpm(tpmLocation, (tpm) => attest(server, tpm, { exchangeSigningKey, log }));
    this.#proven = session;
    return session;
  }
}

/** gRPC FAILED_PRECONDITION: the session is used, expired or unknown to the server. */
const failedPrecondition = 9;

const keepsSession = (error: unknown): boolean =>
  error instanceof RefusedError
    ? error.refusal.healedBy === 'time' && error.refusal.grpcCode !== failedPrecondition
    : error instanceof AppError && (error.code === 'SERVER_UNREACHABLE' || error.code === 'CLOUD_UNAVAILABLE');

function openPlain({ secrets, sealedSecrets }: TokenResponse__Output): Release {
  if (sealedSecrets.length > 0) throw new AppError('CRYPTO_FAILED', 'the server sealed its answer for a session, but there is none');
  const received = secrets.map(({ name, type, data }) => ({ name, type, data: new Secret(data) }));
  for (const { data } of secrets) data.fill(0);
  return { decisionId: '', secrets: received, signingKey: undefined, payloadCommand: [] };
}

function openSealed({ secrets, sealedSecrets }: TokenResponse__Output, session: AttestedSession, instanceId: string): Release {
  const { sessionId, releaseKey, signingKey } = session;
  if (secrets.length > 0 || sealedSecrets.length === 0) {
    for (const { data } of secrets) data.fill(0);
    throw new AppError('CRYPTO_FAILED', 'the server did not seal its answer for this session: it is not taken');
  }
  return { ...releaseKey.open(sealedSecrets, { instanceId, sessionId }), signingKey };
}
