import { messageOf, type Log } from '../../base/index.js';
import type { ReleaseDecision } from '../../appraisal/index.js';
import type { LastDecision, LastDecisionStore } from '../../gcp/index.js';

export interface LastDecisionsParts {
  readonly store: Pick<LastDecisionStore, 'noteDecision'>;
  readonly log: Log;
  readonly now: () => Date;
  readonly nowMs?: () => number;
}

interface Noted {
  /** What was written last, or is being written: two decisions with the same key say the same. */
  key: string;
  writtenAtMs: number;
  /** A later decision that waits for its turn. */
  next: { readonly key: string; readonly decision: LastDecision } | undefined;
  busy: boolean;
}

/** The same decision is written again after this time, another one after the shorter one. */
const sameAgainMs = 60_000;
const otherMs = 2_000;
const maxRemembered = 10_000;
const maxWrites = 50;
const maxReasons = 20;

/**
 * Keeps the last decision about each approved VM in Firestore, for people who look from outside. Nobody waits for it: a write that
 * fails is one line in the log, and when decisions come faster than they are written, only the last one is.
 */
export class LastDecisions {
  readonly #parts: LastDecisionsParts;
  readonly #nowMs: () => number;
  readonly #noted = new Map<string, Noted>();
  readonly #writes = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: LastDecisionsParts) {
    this.#parts = parts;
    this.#nowMs = parts.nowMs ?? (() => performance.now());
  }

  /** Decisions about VMs without a record are not kept: there is no end of such VMs. */
  note(decision: ReleaseDecision, method: string): void {
    const { instanceId, findings } = decision;
    const hasRecord = findings.some(({ check, outcome }) => check === 'record-exists' && outcome === 'passed');
    if (instanceId === undefined || !hasRecord) return;
    const kept = this.#lastOf(decision, method);
    const key = JSON.stringify([kept.call, kept.outcome, kept.stage, kept.reasons]);
    const noted = this.#remembered(instanceId);
    noted.next = key === noted.key && this.#nowMs() - noted.writtenAtMs < sameAgainMs ? undefined : { key, decision: kept };
    // A step that passed waits for the next flush: what it leads to says more, and comes soon.
    if (decision.outcome !== 'passed') this.#writeIfDue(instanceId, noted);
  }

  /** Writes what waited for its turn. */
  flush(): void {
    for (const [instanceId, noted] of this.#noted) this.#writeIfDue(instanceId, noted);
  }

  start(): void {
    this.#timer ??= setInterval(() => this.flush(), otherMs).unref();
  }

  /** Writes what is left, and waits until all is written or has failed. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await Promise.all(this.#writes);
    for (const [instanceId, noted] of this.#noted) if (noted.next !== undefined) this.#write(instanceId, noted, noted.next);
    await Promise.all(this.#writes);
  }

  #writeIfDue(instanceId: string, noted: Noted): void {
    const { next, busy, writtenAtMs } = noted;
    if (next === undefined || busy || this.#writes.size >= maxWrites || this.#nowMs() - writtenAtMs < otherMs) return;
    this.#write(instanceId, noted, next);
  }

  #write(instanceId: string, noted: Noted, { key, decision }: NonNullable<Noted['next']>): void {
    Object.assign(noted, { key, writtenAtMs: this.#nowMs(), next: undefined, busy: true });
    const { store, log } = this.#parts;
    const write = store
      .noteDecision(instanceId, decision)
      .catch((error: unknown) => log.warn('last-decision.not-written', { instanceId, error: messageOf(error) }))
      .finally(() => {
        noted.busy = false;
        this.#writes.delete(write);
      });
    this.#writes.add(write);
  }

  #lastOf({ decisionId, outcome, stage, findings, errorCode }: ReleaseDecision, method: string): LastDecision {
    const refused = findings.filter((finding) => finding.outcome === 'refused').flatMap(({ reason }) => reason ?? []);
    const reasons = [...new Set(errorCode === undefined ? refused : [...refused, errorCode])].slice(0, maxReasons);
    return { decisionId, call: method.slice(method.lastIndexOf('/') + 1), outcome, stage, reasons, at: this.#parts.now() };
  }

  #remembered(instanceId: string): Noted {
    const noted = this.#noted.get(instanceId) ?? { key: '', writtenAtMs: -Infinity, next: undefined, busy: false };
    this.#noted.delete(instanceId);
    this.#noted.set(instanceId, noted);
    const [oldest] = this.#noted.keys();
    if (this.#noted.size > maxRemembered && oldest !== undefined) this.#noted.delete(oldest);
    return noted;
  }
}
