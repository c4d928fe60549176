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
    const used = await this.#highest(account);
    const own = claimant === undefined ? undefined : await this.#find(account, claimant, used);
    return own === undefined ? used : used - 1;
  }

  /**
   * Counts one release, before anything is sent. A session that asks again with the same release key gets its number again.
   * @returns the number of the release, from 1.
   * @throws AppError STEP_OUT_OF_ORDER when `max` releases are counted already.
   */
  async count(account: Account, claimant: Claimant, max: number | 'unlimited', nowSeconds: number): Promise<number> {
    const used = await this.#highest(account);
    const own = await this.#find(account, claimant, used);
    if (own !== undefined) return own;
    const limit = max === 'unlimited' ? maxReleases : max;
    for (let n = used + 1; n <= limit; n++) {
      if (await this.#create(keyOf(account, n), { ...fieldsOf(claimant), countedAtSeconds: nowSeconds })) return n;
      // Whoever was faster may have been the same session, at another replica.
      if (await this.#isOwn(account, claimant, n)) return n;
    }
    throw new AppError('STEP_OUT_OF_ORDER', 'the last release of this approval was just taken');
  }

  async #highest(account: Account): Promise<number> {
    let top = 1;
    while (top <= maxReleases && (await this.#has(account, top))) top *= 2;
    let low = Math.floor(top / 2);
    for (let high = top; high - low > 1;) {
      const middle = Math.floor((low + high) / 2);
      if (await this.#has(account, middle)) low = middle;
      else high = middle;
    }
    return low;
  }

  /** Numbers grow with time: looking back ends at the first release older than the session. */
  async #find(account: Account, claimant: Claimant, highest: number): Promise<number | undefined> {
    if (claimant.sessionId.length === 0) return undefined;
    for (let n = highest; n > Math.max(0, highest - maxLookBack); n--) {
      const value = await this.#state.get(keyOf(account, n));
      if (isOf(value, claimant)) return n;
      if (Number(value?.['countedAtSeconds'] ?? 0) < claimant.openedAtSeconds - skewSeconds) return undefined;
    }
    return undefined;
  }

  async #isOwn(account: Account, claimant: Claimant, n: number): Promise<boolean> {
    return claimant.sessionId.length > 0 && isOf(await this.#state.get(keyOf(account, n)), claimant);
  }

  async #has(account: Account, n: number): Promise<boolean> {
    return (await this.#state.get(keyOf(account, n))) !== undefined;
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
