import { AppError, hex, isAppError, sha256 } from '../../base/index.js';
import type { StateStore, StateValue } from '../../gcp/index.js';

/** For whom a release is counted. */
export interface Claimant {
  /** Empty for a release without a session. */
  readonly sessionId: Uint8Array;
  /** Empty for a client of the reference. */
  readonly releaseKey: Uint8Array;
  /** A release counted before this time cannot be this session's. */
  readonly openedAtSeconds: number;
}

/** Which approval is counted. */
export interface Account {
  readonly instanceId: string;
  /** Base64 SHA-256, as the record has it. */
  readonly approvalDigest: string;
}

/** What was counted of an account at one moment. Later it can only be more. */
export interface Standing {
  /** The highest number there is. */
  readonly used: number;
  /** The number that the claimant already has. */
  readonly own: number | undefined;
}

/** How many releases are counted, beside the one that this claimant already has? */
export const usedByOthers = ({ used, own }: Standing): number => (own === undefined ? used : used - 1);

interface Numbered {
  readonly number: number;
  /** Undefined for number 0. */
  readonly value: StateValue | undefined;
}

/** Clocks of replicas may differ by this much. */
const skewSeconds = 60;
const maxLookBack = 100;
const maxReleases = 1_000_000;

/**
 * Counts releases so that no two replicas, and no crash, count one twice or not at all: release n of an approval is the
 * document `release.INSTANCE.DIGEST.n`, made by create(), which one of many wins. The numbers have no gaps, so the count is
 * the highest number there is; it is found by doubling and halving.
 */
export class ReleaseLedger {
  readonly #state: StateStore;

  constructor(state: StateStore) {
    this.#state = state;
  }

  /** How many releases are counted, beside the one that this claimant already has? */
  async usedByOthers(account: Account, claimant: Claimant | undefined): Promise<number> {
    return usedByOthers(await this.standing(account, claimant));
  }

  /** Looks up what is counted. @param claimant undefined where nobody claims. */
  async standing(account: Account, claimant: Claimant | undefined): Promise<Standing> {
    const { number, value } = await this.#highest(account);
    return { used: number, own: claimant === undefined ? undefined : await this.#find(account, claimant, number, value) };
  }

  /**
   * Counts one release, before anything is sent. A session that asks again with the same release key gets its number again.
   * @param standing of this claimant, looked up at any time during this request: create() finds what was counted since.
   * @returns the number of the release, from 1.
   * @throws AppError STEP_OUT_OF_ORDER when `max` releases are counted already.
   */
  async count(account: Account, claimant: Claimant, max: number | 'unlimited', nowSeconds: number, standing?: Standing): Promise<number> {
    const { used, own } = standing ?? (await this.standing(account, claimant));
    if (own !== undefined) return own;
    const limit = max === 'unlimited' ? maxReleases : max;
    for (let n = used + 1; n <= limit; n++) {
      if (await this.#create(keyOf(account, n), { ...fieldsOf(claimant), countedAtSeconds: nowSeconds })) return n;
      // Whoever was faster may have been the same session, at another replica.
      if (await this.#isOwn(account, claimant, n)) return n;
    }
    throw new AppError('STEP_OUT_OF_ORDER', 'the last release of this approval was just taken');
  }

  async #highest(account: Account): Promise<Numbered> {
    let low: Numbered = { number: 0, value: undefined };
    let top = 1;
    for (; top <= maxReleases; top *= 2) {
      const value = await this.#get(account, top);
      if (value === undefined) break;
      low = { number: top, value };
    }
    for (let high = top; high - low.number > 1;) {
      const number = Math.floor((low.number + high) / 2);
      const value = await this.#get(account, number);
      if (value === undefined) high = number;
      else low = { number, value };
    }
    return low;
  }

  /** Numbers grow with time: looking back ends at the first release older than the session. */
  async #find(account: Account, claimant: Claimant, highest: number, value: StateValue | undefined): Promise<number | undefined> {
    if (claimant.sessionId.length === 0) return undefined;
    for (let n = highest; n > Math.max(0, highest - maxLookBack); n--) {
      const found = n === highest ? value : await this.#get(account, n);
      if (isOf(found, claimant)) return n;
      if (Number(found?.['countedAtSeconds'] ?? 0) < claimant.openedAtSeconds - skewSeconds) return undefined;
    }
    return undefined;
  }

  async #isOwn(account: Account, claimant: Claimant, n: number): Promise<boolean> {
    return claimant.sessionId.length > 0 && isOf(await this.#get(account, n), claimant);
  }

  #get(account: Account, n: number): Promise<StateValue | undefined> {
    return this.#state.get(keyOf(account, n));
  }

  async #create(key: string, value: StateValue): Promise<boolean> {
    try {
      await this.#state.create(key, value);
      return true;
    } catch (error) {
      if (isAppError(error, 'CLOUD_ALREADY_EXISTS')) return false;
      throw error;
    }
  }
}

function isOf(value: StateValue | undefined, claimant: Claimant): boolean {
  const { session, releaseKey } = fieldsOf(claimant);
  return value?.['session'] === session && value['releaseKey'] === releaseKey;
}

const fieldsOf = ({ sessionId, releaseKey }: Claimant): { readonly session: string; readonly releaseKey: string } => ({
  session: hex(sha256(sessionId)),
  releaseKey: hex(sha256(releaseKey)),
});

const keyOf = ({ instanceId, approvalDigest }: Account, n: number): string =>
  `release.${instanceId}.${Buffer.from(approvalDigest, 'base64').toString('base64url')}.${n}`;
