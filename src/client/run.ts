import { AppError, isAppError, messageOf, type Log } from '../base/index.js';
import type { Refusal } from '../wire/index.js';
import { PollWait, type WaitFor } from './poll-wait.js';
import { RefusedError } from './server-trouble.js';

/**
 * What the client is doing, for its log. `waiting-for-approval`: Alice does not know this VM; `refused`: she does, and
 * something is wrong; `lost`: no answer.
 */
export type ClientState = 'waiting-for-approval' | 'attesting' | 'settling' | 'released' | 'refused' | 'lost';

export type RunOutcome<T> =
  | { readonly kind: 'released'; readonly release: T }
  /** Nobody can heal it: asking again is of no use. */
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly error: unknown }
  /** maxLoop attempts went by. `error` is what the last one met, `because` its text. */
  | { readonly kind: 'gave-up'; readonly attempts: number; readonly because: string; readonly error: unknown }
  | { readonly kind: 'stopped' };

export interface RunSettings {
  /** Undefined: no end. Waiting for the server to settle is part of an attempt, not one more. */
  readonly maxAttempts: number | undefined;
  readonly pollWaitSeconds: number;
  readonly pollWaitIsGiven: boolean;
}

/** What one attempt needs to offer; ReleaseConversation does. */
export interface Asking<T> {
  /** What the next attempt begins with; undefined when this client does not attest. */
  readonly phase: 'attesting' | 'settling' | undefined;
  attempt(): Promise<T>;
}

export interface RunWorld {
  readonly log: Log;
  /** Resolves after the time, or at once when the signal aborts; never rejects. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly onState?: (state: ClientState) => void;
  /** Told before each wait. */
  readonly onRetry?: (error: unknown, nextAttemptInMs: number) => void;
}

/** Reasons of refusals that mean: nobody has looked at this VM yet. */
const unapproved: readonly string[] = ['INSTANCE_UNKNOWN'];

/**
 * Asks until there is a release. A refusal that Alice, Bob or time can heal is only a longer wait; so is a server that does
 * not answer, and a TPM or metadata server in trouble.
 * @throws what is our own mistake or the operator's (AppError INTERNAL, CONFIG_INVALID; any other error).
 */
export async function runUntilReleased<T>(asking: Asking<T>, settings: RunSettings, world: RunWorld): Promise<RunOutcome<T>> {
  const { log, signal, sleep, random } = world;
  const wait = new PollWait({ pollWaitSeconds: settings.pollWaitSeconds, isGiven: settings.pollWaitIsGiven, random });
  const enter = stateKeeper(world);
  let attempts = 0;
  while (!signal.aborted) {
    if (asking.phase !== undefined) enter(asking.phase);
    try {
      const release = await asking.attempt();
      enter('released');
      return { kind: 'released', release };
    } catch (error) {
      if (signal.aborted) break;
      const met = judge(error);
      enter(met.state);
      if (met.waitFor === undefined) return report(log, met.refusal, error);
      if (met.waitFor.kind !== 'settling') attempts++;
      if (attempts === settings.maxAttempts) return { kind: 'gave-up', attempts, because: messageOf(error), error };
      const waitMs = wait.nextMs(met.waitFor);
      log[met.waitFor.kind === 'settling' ? 'info' : 'warn']('client.will-retry', {
        ...describe(error),
        attempts,
        nextAttemptInMs: waitMs,
      });
      world.onRetry?.(error, waitMs);
      await sleep(waitMs, signal);
    }
  }
  return { kind: 'stopped' };
}

type Met =
  | { readonly state: ClientState; readonly waitFor: WaitFor; readonly refusal?: never }
  | { readonly state: 'refused'; readonly waitFor?: never; readonly refusal: Refusal };

function judge(error: unknown): Met {
  if (error instanceof RefusedError) return judgeRefusal(error.refusal);
  if (!(error instanceof AppError) || isAppError(error, 'INTERNAL', 'CONFIG_INVALID')) throw error;
  return { state: 'lost', waitFor: { kind: 'lost' } };
}

function judgeRefusal(refusal: Refusal): Met {
  const { reason, healedBy, retryAfterSeconds } = refusal;
  if (reason === 'SETTLING') return { state: 'settling', waitFor: { kind: 'settling', retryAfterSeconds } };
  switch (healedBy) {
    case 'nobody':
      return { state: 'refused', refusal };
    case 'time':
      return { state: 'lost', waitFor: { kind: 'time', retryAfterSeconds } };
    case 'alice':
    case 'bob':
      return { state: unapproved.includes(reason) ? 'waiting-for-approval' : 'refused', waitFor: { kind: 'person' } };
  }
}

function report(log: Log, refusal: Refusal, error: unknown): RunOutcome<never> {
  const { reason, decisionId, remedy, healedBy } = refusal;
  log.error('client.refused-for-good', { reason, decisionId, remedy, healedBy });
  return { kind: 'refused', refusal, error };
}

/** Why an attempt or a proof failed: what the server said (then with decisionId and healedBy), or what went wrong. Names no secret. */
export type TroubleReport = Readonly<Record<'reason' | 'remedy', string>> & Partial<Readonly<Record<'decisionId' | 'healedBy', string>>>;

/** Fields of a log line. */
export function describe(error: unknown): TroubleReport {
  if (error instanceof RefusedError) {
    const { reason, decisionId, remedy, healedBy } = error.refusal;
    return { reason, decisionId, remedy, healedBy };
  }
  return { reason: isAppError(error) ? error.code : 'INTERNAL', remedy: messageOf(error) };
}

/** Logs and tells each change of state once. */
function stateKeeper({ log, onState }: RunWorld): (state: ClientState) => void {
  let current: ClientState | undefined;
  return (state) => {
    if (state === current) return;
    current = state;
    log.info('client.state', { state });
    onState?.(state);
  };
}
