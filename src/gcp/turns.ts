import { AppError } from '../base/index.js';

export interface TurnLimits {
  /** Calls under way at a time. */
  readonly underWay: number;
  /** How many of them may be for one party: the rest is left for others, whatever becomes of these. */
  readonly underWayForOne: number;
  /** A call that has not begun after this time never does. */
  readonly maxWaitMs: number;
}

interface Waiting {
  readonly begin: () => void;
}

/**
 * Bounds how many calls are under way, so that when thousands come at once each has its whole deadline for itself. Parties
 * that wait take turns, one call each, whatever number of calls they have waiting.
 */
export class Turns {
  readonly #limits: TurnLimits;
  /** By party, in the order of their next turns. */
  readonly #queues = new Map<string, Set<Waiting>>();
  readonly #underWayOf = new Map<string, number>();
  #underWay = 0;

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /**
   * Runs one call when its turn comes. What ends it must be in the call itself: a call that never ends keeps its turn.
   * @param signal ends the wait; to end the call, give it to the call too.
   * @throws AppError CLOUD_UNAVAILABLE when the turn did not come in time, CANCELLED when `signal` aborts first; else what the call throws.
   */
  async run<T>(party: string, what: string, call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted === true) throw cancelled(what);
    if (!this.#mayBegin(party)) await this.#turn(party, what, signal);
    else this.#count(party, 1);
    try {
      return await call();
    } finally {
      this.#count(party, -1);
      this.#beginNext();
    }
  }

  #mayBegin(party: string): boolean {
    const { underWay, underWayForOne } = this.#limits;
    return this.#underWay < underWay && (this.#underWayOf.get(party) ?? 0) < underWayForOne;
  }

  /** Resolves when the turn has come; the call is counted then. */
  #turn(party: string, what: string, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const queue = this.#queues.get(party) ?? new Set<Waiting>();
      this.#queues.set(party, queue);
      const leave = (error: AppError): void => {
        stopWaiting();
        queue.delete(waiting);
        if (queue.size === 0) this.#queues.delete(party);
        reject(error);
      };
      const onAbort = (): void => leave(cancelled(what));
      const stopWaiting = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      };
      const tooLate = (): void => leave(new AppError('CLOUD_UNAVAILABLE', `${what}: too many calls wait for their turn`));
      const timer = setTimeout(tooLate, this.#limits.maxWaitMs);
      const begin = (): void => {
        stopWaiting();
        resolve();
      };
      const waiting: Waiting = { begin };
      signal?.addEventListener('abort', onAbort, { once: true });
      queue.add(waiting);
    });
  }

  #beginNext(): void {
    for (const [party, queue] of this.#queues) {
      const [next] = queue;
      if (next === undefined || !this.#mayBegin(party)) continue;
      queue.delete(next);
      // To the end of the line, or out of it.
      this.#queues.delete(party);
      if (queue.size > 0) this.#queues.set(party, queue);
      this.#count(party, 1);
      next.begin();
      return;
    }
  }

  #count(party: string, difference: 1 | -1): void {
    this.#underWay += difference;
    const ofParty = (this.#underWayOf.get(party) ?? 0) + difference;
    if (ofParty > 0) this.#underWayOf.set(party, ofParty);
    else this.#underWayOf.delete(party);
  }
}

const cancelled = (what: string): AppError => new AppError('CANCELLED', `${what} was cancelled`);
