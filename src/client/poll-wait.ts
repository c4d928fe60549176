/** Why there has to be another attempt. */
export type WaitFor =
  /** The server verified this VM and waits for late audit entries; it says how long. */
  | { readonly kind: 'settling'; readonly retryAfterSeconds: number | undefined }
  /** It heals by itself; the server may say when. */
  | { readonly kind: 'time'; readonly retryAfterSeconds: number | undefined }
  /** Alice or Bob has to act. */
  | { readonly kind: 'person' }
  /** No answer. */
  | { readonly kind: 'lost' };

export interface PollWaitSettings {
  readonly pollWaitSeconds: number;
  /** Did the operator choose it? Then it is every wait, but for what the server asks for. */
  readonly isGiven: boolean;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/** Shortest and longest wait in seconds while nobody chose one. */
const bounds = { time: [10, 60], lost: [10, 60], person: [60, 300] } as const;
/** The server's own wish is kept within these. */
const wishBounds = [1, 300] as const;

/**
 * How long to wait before the next attempt: doubling from the lower bound to the upper one while the reason stays the same,
 * each wait up to a fifth longer or shorter, so that many clients do not come back together.
 */
export class PollWait {
  readonly #settings: PollWaitSettings;
  #kind: WaitFor['kind'] | undefined;
  #repeats = 0;

  constructor(settings: PollWaitSettings) {
    this.#settings = settings;
  }

  /** The next wait in whole milliseconds. */
  nextMs(waitFor: WaitFor): number {
    this.#repeats = waitFor.kind === this.#kind ? this.#repeats + 1 : 0;
    this.#kind = waitFor.kind;
    return Math.round(this.#seconds(waitFor) * 1000);
  }

  #seconds(waitFor: WaitFor): number {
    const { pollWaitSeconds, isGiven, random } = this.#settings;
    const wish = 'retryAfterSeconds' in waitFor ? waitFor.retryAfterSeconds : undefined;
    if (wish !== undefined) return clamp(wish, wishBounds);
    if (isGiven || waitFor.kind === 'settling') return pollWaitSeconds;
    const range = bounds[waitFor.kind];
    const doubled = range[0] * 2 ** Math.min(this.#repeats, 10);
    return clamp(Math.min(doubled, range[1]) * (0.8 + 0.4 * random()), range);
  }
}

const clamp = (value: number, [least, most]: readonly [number, number]): number => Math.min(Math.max(value, least), most);
