import { AppError, equalConstantTime, hex, isAppError, sha256 } from '../../base/index.js';
import type { QuoteFacts } from '../../appraisal/index.js';
import type { StateStore, StateValue } from '../../gcp/index.js';
import { bytesIn, dateOf, instantIn, numberIn, openingFields, quoteFields, readOpening, readQuote, textIn } from './session-fields.js';
import { challengeLifeSeconds, sessionIdBytes, sessionKey, type BootCounters, type Session, type SessionOpening } from './session.js';
import { createOnce } from '../create-once.js';

/** Each ends with an answer unless another replica removed what was over in between. */
const maxBeginnings = 5;

type Quote = Omit<QuoteFacts, 'firstBoot'>;

/**
 * Sessions over any StateStore. Each part of a session is a document of its own that one call writes whole, and a
 * challenge or nonce is used up by deleting an existing document: of many replicas that try at once, one wins.
 *
 * Keys: session.K opening | challenge.K | attested.K first quote | quote.K latest quote | offer.K outstanding nonce |
 * nonce.K.N | signing.K | current.I session that counts for instance I | reference.I session of a client without ids |
 * settle.I.A begin of the wait of a release without a session. K is the SHA-256 of the session id.
 */
export class SessionStore {
  readonly #state: StateStore;
  readonly #now: () => Date;

  constructor(state: StateStore, now: () => Date) {
    this.#state = state;
    this.#now = now;
  }

  /** @throws AppError RATE_LIMITED when too many are open. */
  async open(opening: SessionOpening, challenge: string): Promise<void> {
    const key = sessionKey(opening.id);
    const diesAt = dateOf(opening.openedAtSeconds + challengeLifeSeconds);
    await Promise.all([
      this.#state.create(`session.${key}`, openingFields(opening)),
      this.#state.create(`challenge.${key}`, { challenge, expiresAt: diesAt }),
    ]);
    if (opening.releaseKey === undefined) {
      await this.#state.set(`reference.${opening.instanceId}`, { id: opening.id, expiresAt: dateOf(opening.expiresAtSeconds) });
    }
  }

  /**
   * The session with this id, in whatever state; undefined where there is none (any more).
   * @param instanceId whose session it should be: all is then read in one call. Whose it is, it says itself.
   */
  async find(id: Uint8Array, instanceId = ''): Promise<Session | undefined> {
    if (id.length !== sessionIdBytes) return undefined;
    const key = sessionKey(id);
    const parts = ['session', 'attested', 'quote', 'signing'].map((part) => `${part}.${key}`);
    const [opened, attested, latest, signing, counting] = await this.#allLive([...parts, `current.${instanceId}`]);
    if (opened === undefined) return undefined;
    const opening = readOpening(opened);
    if (!equalConstantTime(opening.id, id)) return undefined;
    const first = attested === undefined ? undefined : readQuote(attested);
    const isTheirs = opening.instanceId === instanceId;
    const current = first === undefined || isTheirs ? counting : await this.#live(`current.${opening.instanceId}`);
    return {
      ...opening,
      quote: first === undefined ? undefined : latest === undefined ? first.quote : readQuote(latest).quote,
      firstBoot: first?.boot,
      signingKey: signing === undefined ? undefined : bytesIn(signing, 'keyPublic'),
      superseded: attested !== undefined && (current === undefined || textIn(current, 'session') !== key),
    };
  }

  /** The newest session that a client of the reference opened for this instance: such clients send no session ids. */
  async findReference(instanceId: string): Promise<Session | undefined> {
    const pointer = await this.#live(`reference.${instanceId}`);
    return pointer === undefined ? undefined : await this.find(bytesIn(pointer, 'id'), instanceId);
  }

  /** The attested session that counts for this instance now. */
  async findCurrent(instanceId: string): Promise<Session | undefined> {
    const pointer = await this.#live(`current.${instanceId}`);
    const opened = pointer === undefined ? undefined : await this.#live(`session.${textIn(pointer, 'session')}`);
    return opened === undefined ? undefined : await this.find(readOpening(opened).id, instanceId);
  }

  /** Uses up the challenge; undefined when it is used or too old. Whoever gets it is the only one. */
  async takeChallenge(session: Session): Promise<string | undefined> {
    const key = `challenge.${sessionKey(session.id)}`;
    const value = await this.#live(key);
    return value !== undefined && (await this.#consume(key)) ? textIn(value, 'challenge') : undefined;
  }

  /** The session is attested, and the one that counts for its instance. @throws AppError STEP_OUT_OF_ORDER the second time. */
  async attest(session: Session, quote: Quote, boot: BootCounters): Promise<void> {
    const key = sessionKey(session.id);
    try {
      await this.#state.create(`attested.${key}`, quoteFields(quote, boot, session.expiresAtSeconds));
    } catch (error) {
      if (isAppError(error, 'CLOUD_ALREADY_EXISTS'))
        throw new AppError('STEP_OUT_OF_ORDER', 'the session is attested already', { cause: error });
      throw error;
    }
    await this.#state.set(`current.${session.instanceId}`, { session: key, expiresAt: dateOf(session.expiresAtSeconds) });
  }

  /** Makes this nonce the only one that the next quote may answer. */
  async offerNonce(session: Session, nonce: string, nowSeconds: number): Promise<void> {
    const key = sessionKey(session.id);
    const expiresAt = dateOf(nowSeconds + challengeLifeSeconds);
    await this.#state.create(nonceKey(key, nonce), { expiresAt });
    await this.#state.set(`offer.${key}`, { nonce, expiresAt });
  }

  /** Uses up the outstanding nonce; undefined when there is none. */
  async takeNonce(session: Session): Promise<string | undefined> {
    const key = sessionKey(session.id);
    const offer = await this.#live(`offer.${key}`);
    if (offer === undefined) return undefined;
    const nonce = textIn(offer, 'nonce');
    return (await this.#consume(nonceKey(key, nonce))) ? nonce : undefined;
  }

  async requote(session: Session, quote: Quote, boot: BootCounters): Promise<void> {
    await this.#state.set(`quote.${sessionKey(session.id)}`, quoteFields(quote, boot, session.expiresAtSeconds));
  }

  /** @param keyPublic TPMT_PUBLIC of the certified key. */
  async setSigningKey(session: Session, keyPublic: Uint8Array): Promise<void> {
    await this.#state.set(`signing.${sessionKey(session.id)}`, { keyPublic, expiresAt: dateOf(session.expiresAtSeconds) });
  }

  /**
   * When did the wait of a release without a session begin? The first call begins it: of many at once, at many replicas, one does, and the
   * others learn from it. It is forgotten after `lifeSeconds`: whoever finds it over removes it and begins anew.
   * @returns seconds since 1970. @throws AppError CLOUD_UNAVAILABLE when others kept beginning and ending it meanwhile.
   */
  async beginSettling(instanceId: string, approvalDigest: string, nowSeconds: number, lifeSeconds: number): Promise<number> {
    const key = `settle.${instanceId}.${Buffer.from(approvalDigest, 'base64').toString('base64url')}`;
    for (let attempt = 0; attempt < maxBeginnings; attempt++) {
      const running = await this.#live(key);
      if (running !== undefined) return numberIn(running, 'beganAtSeconds');
      const begin = { beganAtSeconds: nowSeconds, expiresAt: dateOf(nowSeconds + lifeSeconds) };
      if (await createOnce(this.#state, key, begin)) return nowSeconds;
      // Taken: by somebody who began just now, or by a wait that is over and was not deleted yet.
      if ((await this.#live(key)) === undefined) await this.#consume(key);
    }
    throw new AppError('CLOUD_UNAVAILABLE', 'the begin of the wait for late entries could not be noted; ask again');
  }

  async #live(key: string): Promise<StateValue | undefined> {
    return (await this.#allLive([key]))[0];
  }

  /** Firestore deletes late: what is over counts as gone. */
  async #allLive(keys: readonly string[]): Promise<readonly (StateValue | undefined)[]> {
    const values = await this.#state.getMany(keys);
    const nowMs = this.#now().getTime();
    return values.map((value) => (value !== undefined && instantIn(value, 'expiresAt').getTime() > nowMs ? value : undefined));
  }

  async #consume(key: string): Promise<boolean> {
    try {
      await this.#state.consume(key);
      return true;
    } catch (error) {
      if (isAppError(error, 'CLOUD_NOT_FOUND')) return false;
      throw error;
    }
  }
}

const nonceKey = (key: string, nonce: string): string => `nonce.${key}.${hex(sha256(Buffer.from(nonce)))}`;
