import { EventEmitter } from 'node:events';
import { AppError, createLog, silentLog, type Log } from '../base/index.js';
import { argumentsOf, type TokenClientOptions } from './client-options.js';
import { readConfig, type ClientConfig } from './config.js';
import { conversationOf, prepare, runSettings, type Prepared } from './prepare.js';
import { processIo } from './process-io.js';
import { keepAttesting } from './reattest.js';
import type { Release, ReleaseConversation } from './release.js';
import { describe, runUntilReleased, type ClientState, type TroubleReport } from './run.js';
import { SecretStore } from './secret-store.js';
import { RefusedError } from './server-trouble.js';
import { Signer, type Signature } from './signer.js';
import { unwrapSecrets } from './unwrap.js';
import type { Io } from './io.js';

/** What a TokenClient tells while it works. */
export interface TokenClientEvents {
  state: [state: ClientState];
  /** Before each wait between two attempts. */
  retry: [trouble: TroubleReport & { readonly nextAttemptInMs: number }];
  /** The secrets arrived. `decisionId` is the line of Alice's log. */
  released: [release: { readonly decisionId: string; readonly names: readonly string[] }];
  /** The VM was proven again (option `reattestSeconds`). */
  attestedAgain: [];
  /** The TokenServer refused a later proof. The secrets are still there: what to do is up to you. */
  revoked: [trouble: TroubleReport];
}

/**
 * The client as an object, for a workload in this language: asks until Alice has approved this VM, and gives the secrets.
 * It installs no handler of signals and writes nothing but `log`. Close it: `close` wipes what it gave.
 */
export class TokenClient extends EventEmitter<TokenClientEvents> {
  readonly #config: ClientConfig;
  readonly #log: Log;
  readonly #end = new AbortController();
  readonly #signal: AbortSignal;
  readonly #io: Io;
  #prepared: Prepared | undefined;
  #conversation: ReleaseConversation | undefined;
  #secrets: SecretStore | undefined;
  #signer: Signer | undefined;
  #obtaining: Promise<SecretStore> | undefined;
  #proofs: Promise<unknown> = Promise.resolve();

  /** Touches no file, device or network. @throws AppError CONFIG_INVALID naming each option that is wrong. */
  constructor(options: TokenClientOptions) {
    super();
    const config = readConfig(argumentsOf(options), process.env);
    if (config === undefined) throw new AppError('INTERNAL', 'the options asked for help');
    this.#config = config;
    const { log: write, signal } = options;
    this.#log = write === undefined ? silentLog : createLog({ name: 'tokenclient', level: config.logLevel, write });
    this.#signal = signal === undefined ? this.#end.signal : AbortSignal.any([this.#end.signal, signal]);
    this.#io = processIo(this.#signal);
  }

  /**
   * Asks until the secrets are there. Called again, it gives the same ones.
   * @throws RefusedError when nobody can heal a refusal; AppError CANCELLED after the signal or `close`, CONFIG_INVALID,
   * TPM_UNAVAILABLE, TPM_COMMAND_FAILED, CRYPTO_FAILED, and with `maxLoop` what the last attempt met.
   */
  obtain(): Promise<SecretStore> {
    this.#obtaining ??= this.#obtain().catch((error: unknown) => {
      this.#obtaining = undefined;
      throw error;
    });
    return this.#obtaining;
  }

  /** Signs with the attested key (option `exchangeSigningKey`), after `obtain`. @throws AppError CONFIG_INVALID without a key; as Signer.sign. */
  async sign(data: Uint8Array): Promise<Signature> {
    await this.obtain();
    if (this.#signer === undefined) throw new AppError('CONFIG_INVALID', 'there is no signing key: set the option exchangeSigningKey');
    return this.#signer.sign(data);
  }

  /** Ends everything under way, wipes the secrets, closes the channels. May be called more than once. */
  async close(): Promise<void> {
    this.#end.abort();
    await this.#obtaining?.catch(() => undefined);
    await this.#proofs;
    this.#secrets?.dispose();
    this.#conversation?.dispose();
    const prepared = this.#prepared;
    this.#prepared = undefined;
    prepared?.server.close();
    await prepared?.cloud.close();
  }

  async #obtain(): Promise<SecretStore> {
    this.#prepared ??= await prepare(this.#config, this.#io, this.#log);
    const prepared = this.#prepared;
    this.#conversation ??= conversationOf(this.#config, prepared, this.#log);
    const conversation = this.#conversation;
    const secrets = await this.#open(await this.#ask(conversation), prepared);
    conversation.dispose();
    if (this.#config.reattestSeconds !== undefined) this.#proofs = this.#keepAttesting(conversation, this.#config.reattestSeconds);
    return secrets;
  }

  async #ask(conversation: ReleaseConversation): Promise<Release> {
    const outcome = await runUntilReleased(conversation, runSettings(this.#config), {
      ...this.#io,
      log: this.#log,
      onState: (state) => this.emit('state', state),
      onRetry: (error, nextAttemptInMs) => this.emit('retry', { ...describe(error), nextAttemptInMs }),
    });
    if (outcome.kind === 'released') return outcome.release;
    if (outcome.kind === 'stopped') throw new AppError('CANCELLED', 'it was stopped before there was a release');
    throw outcome.error;
  }

  async #open({ decisionId, secrets, signingKey }: Release, { tpmLocation }: Prepared): Promise<SecretStore> {
    const store = new SecretStore(await unwrapSecrets(secrets, { tpmLocation, unsealPcr: this.#config.unsealPcr }));
    this.#secrets = store;
    if (signingKey !== undefined && tpmLocation !== undefined) this.#signer = new Signer(tpmLocation, signingKey);
    this.emit('released', { decisionId, names: store.names });
    return store;
  }

  #keepAttesting(conversation: ReleaseConversation, everySeconds: number): Promise<unknown> {
    const reattest = async (): Promise<'quote' | 'attestation'> => {
      try {
        const by = await conversation.reattest();
        this.emit('attestedAgain');
        return by;
      } catch (error) {
        if (error instanceof RefusedError && error.refusal.healedBy !== 'time') this.emit('revoked', describe(error));
        throw error;
      }
    };
    const world = { log: this.#log, sleep: this.#io.sleep, signal: this.#signal, exec: () => Promise.resolve() };
    return keepAttesting(reattest, { everySeconds, onRevoked: 'warn' }, world);
  }
}
