import { AppError, hex, Recent, sha256 } from '../../base/index.js';
import type { StateStore, StateValue } from '../../gcp/index.js';
import { createOnce } from '../create-once.js';

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

/** A look-up that began before it was known which approval holds. */
export interface Foreseen {
  readonly approvalDigest: string;
  readonly highest: Promise<Numbered>;
}

interface Numbered {
  readonly number: number;
  /** Undefined for number 0. */
  readonly value: StateValue | undefined;
}

/** Clocks of replicas may differ by this much. */
const skewSeconds = 60;
const maxLookBack = 100;
/** Releases that are read together while looking back. */
const lookBackStep = 20;
const maxReleases = 1_000_000;

const maxRemembered = 20_000;

/**
 * Counts releases so that no two replicas, and no crash, count one twice or not at all: release n of an approval is the
 * document `release.INSTANCE.DIGEST.n`, made by create(), which one of many wins. The numbers have no gaps, so the count is
 * the highest number there is; it is found by doubling and halving, from the highest that this process met before.
 */
export class ReleaseLedger {
  readonly #state: StateStore;
  /** The approval of an instance that was counted last, and how far. Only where to begin to look: numbers never go down. */
  readonly #met = new Recent<string, { readonly approvalDigest: string; readonly number: number }>(maxRemembered);

  constructor(state: StateStore) {
    this.#state = state;
  }

  /** How many releases are counted, beside the one that this claimant already has? */
  async usedByOthers(account: Account, claimant: Claimant | undefined): Promise<number> {
    return usedByOthers(await this.standing(account, claimant));
  }

  /** Notes under which approval the next release of this instance will count, if nothing was met of it before. */
  expect(account: Account): void {
    if (this.#met.get(account.instanceId)?.approvalDigest !== account.approvalDigest) this.#remember(account, 0);
  }

  /** Begins to look up the approval that this instance had last time, while others still find out whether it holds. */
  foresee(instanceId: string): Foreseen | undefined {
    const met = this.#met.get(instanceId);
    if (met === undefined) return undefined;
    const highest = this.#highest({ instanceId, approvalDigest: met.approvalDigest });
    // Whoever uses it learns of its failure; nobody may.
    highest.catch(() => undefined);
    return { approvalDigest: met.approvalDigest, highest };
  }

  /** Looks up what is counted. @param claimant undefined where nobody claims. @param foreseen serves if it is of this approval. */
  async standing(account: Account, claimant: Claimant | undefined, foreseen?: Foreseen): Promise<Standing> {
    const isForeseen = foreseen?.approvalDigest === account.approvalDigest;
    const { number, value } = await (isForeseen ? foreseen.highest : this.#highest(account));
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
      if (await createOnce(this.#state, keyOf(account, n), { ...fieldsOf(claimant), countedAtSeconds: nowSeconds })) {
        this.#remember(account, n);
        return n;
      }
      // Whoever was faster may have been the same session, at another replica.
      if (await this.#isOwn(account, claimant, n)) return n;
    }
    throw new AppError('STEP_OUT_OF_ORDER', 'the last release of this approval was just taken');
  }

  async #highest(account: Account): Promise<Numbered> {
    const met = this.#met.get(account.instanceId);
    const known = met?.approvalDigest === account.approvalDigest ? met.number : 0;
    // A number that was there and is gone: somebody removed documents.
    const highest = (await this.#highestFrom(account, known)) ?? (await this.#highestFrom(account, 0)) ?? nothing;
    this.#remember(account, highest.number);
    return highest;
  }

  /** @param known a number that was there. @returns undefined when it is there no more. */
  async #highestFrom(account: Account, known: number): Promise<Numbered | undefined> {
    const [at, next] = await this.#getTwo(account, known);
    if (known > 0 && at === undefined) return undefined;
    if (next === undefined) return { number: known, value: at };
    let low: Numbered = { number: known + 1, value: next };
    let high = known + 2;
    for (let step = 2; high <= maxReleases; step *= 2, high = known + step) {
      const value = await this.#get(account, high);
      if (value === undefined) break;
      low = { number: high, value };
    }
    while (high - low.number > 1) {
      const number = Math.floor((low.number + high) / 2);
      const value = await this.#get(account, number);
      if (value === undefined) high = number;
      else low = { number, value };
    }
    return low;
  }

  /** This number and the next; there is no number 0. */
  async #getTwo(account: Account, number: number): Promise<readonly (StateValue | undefined)[]> {
    if (number === 0) return [undefined, await this.#get(account, 1)];
    return this.#state.getMany([keyOf(account, number), keyOf(account, number + 1)]);
  }

  #remember({ instanceId, approvalDigest }: Account, number: number): void {
    this.#met.set(instanceId, { approvalDigest, number });
  }

  /** Numbers grow with time: looking back ends at the first release older than the session. */
  async #find(account: Account, claimant: Claimant, highest: number, value: StateValue | undefined): Promise<number | undefined> {
    if (claimant.sessionId.length === 0) return undefined;
    let values: readonly (StateValue | undefined)[] = [value];
    for (let top = highest; top > Math.max(0, highest - maxLookBack);) {
      for (const [i, found] of values.entries()) {
        if (isOf(found, claimant)) return top - i;
        if (Number(found?.['countedAtSeconds'] ?? 0) < claimant.openedAtSeconds - skewSeconds) return undefined;
      }
      top -= values.length;
      const numbers = Array.from({ length: Math.min(lookBackStep, top) }, (_, i) => keyOf(account, top - i));
      values = await this.#state.getMany(numbers);
    }
    return undefined;
  }

  async #isOwn(account: Account, claimant: Claimant, n: number): Promise<boolean> {
    return claimant.sessionId.length > 0 && isOf(await this.#get(account, n), claimant);
  }

  #get(account: Account, n: number): Promise<StateValue | undefined> {
    return this.#state.get(keyOf(account, n));
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

const nothing: Numbered = { number: 0, value: undefined };

const keyOf = ({ instanceId, approvalDigest }: Account, n: number): string =>
  `release.${instanceId}.${Buffer.from(approvalDigest, 'base64').toString('base64url')}.${n}`;
