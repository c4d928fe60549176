import type { Log, Loggable } from '../../base/index.js';
import type { ReleaseDecision } from '../../appraisal/index.js';
import type { DecisionLog } from '../../gcp/index.js';
import type { LastDecisions } from './last-decisions.js';

interface Repeated {
  readonly instanceId: string | undefined;
  readonly reasons: string;
  readonly decisionId: string;
  count: number;
}

const maxRemembered = 10_000;
const roundMs = 60_000;

/**
 * Writes each decision once, whole, as `release.decided`. The same refusal of one instance again is only counted, and the
 * count is written once a minute as `release.refused-again`.
 */
export class DecisionJournal {
  readonly #log: Log;
  readonly #copy: DecisionLog | undefined;
  readonly #last: Pick<LastDecisions, 'note'> | undefined;
  readonly #seen = new Map<string, Repeated>();
  #timer: NodeJS.Timeout | undefined;

  /** @param copy where decisions go beside the process's own log. @param last keeps the last one of each approved VM. */
  constructor(log: Log, copy: DecisionLog | undefined, last?: Pick<LastDecisions, 'note'>) {
    this.#log = log;
    this.#copy = copy;
    this.#last = last;
  }

  /** @returns the id under which this decision is found in the log: its own, or that of the same refusal before. */
  record(decision: ReleaseDecision, method: string): string {
    const decisionId = this.#record(decision, method);
    this.#last?.note({ ...decision, decisionId }, method);
    return decisionId;
  }

  #record(decision: ReleaseDecision, method: string): string {
    const last = this.#seen.get(decision.instanceId ?? '');
    const reasons = reasonsOf(decision);
    if (last !== undefined && reasons !== '' && last.reasons === reasons) {
      last.count++;
      return last.decisionId;
    }
    this.#remember({ instanceId: decision.instanceId, reasons, decisionId: decision.decisionId, count: 0 });
    this.#write(decision, method);
    return decision.decisionId;
  }

  /** Writes the counts of repeated refusals since the last time. */
  flush(): void {
    for (const seen of this.#seen.values()) {
      const { instanceId, decisionId, count } = seen;
      if (count === 0) continue;
      this.#log.info('release.refused-again', { instanceId, firstDecisionId: decisionId, count });
      seen.count = 0;
    }
  }

  start(): void {
    this.#timer ??= setInterval(() => this.flush(), roundMs).unref();
  }

  /** Writes what is left. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.flush();
  }

  #write(decision: ReleaseDecision, method: string): void {
    const { decisionId, instanceId, outcome, stage, errorCode } = decision;
    const findings: Loggable = decision.findings.map((finding) => ({ ...finding }));
    const fields = { decisionId, instanceId, method, outcome, stage, errorCode, findings };
    this.#log.info('release.decided', fields);
    const severity = outcome === 'undecided' ? 'ERROR' : outcome === 'refused' ? 'WARNING' : 'INFO';
    this.#copy?.write(severity, { event: 'release.decided', ...fields });
  }

  /** One refusal per instance is remembered; a released or other refused decision in between makes the next one new. */
  #remember(seen: Repeated): void {
    const key = seen.instanceId ?? '';
    this.#seen.delete(key);
    this.#seen.set(key, seen);
    if (this.#seen.size <= maxRemembered) return;
    const [oldest] = this.#seen.keys();
    if (oldest !== undefined) this.#seen.delete(oldest);
  }
}

/** What makes two refusals the same: stage, checks and what they saw. Empty for any other outcome, which is always written. */
function reasonsOf({ outcome, stage, findings }: ReleaseDecision): string {
  if (outcome !== 'refused') return '';
  const refusedFindings = findings.filter((finding) => finding.outcome === 'refused');
  return JSON.stringify([stage, ...refusedFindings.map(({ check, reason }) => [check, reason])]);
}
