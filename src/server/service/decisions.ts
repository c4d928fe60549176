import { hex, sha256, type Log } from '../../base/index.js';
import type { ReleaseDecision } from '../../appraisal/index.js';
import type { DecisionLog } from '../../gcp/index.js';
import type { LastDecisions } from './last-decisions.js';

/** What was refused to one instance last. */
interface Seen {
  readonly instanceId: string | undefined;
  /** Empty when something that is no refusal came after it. */
  readonly key: string;
  /** Of the refusal that was written last. */
  readonly decisionId: string;
  /** Refusals of this instance that were written since the last round. */
  readonly written: number;
  /** The same refusal again. */
  count: number;
  /** Other refusals, which were one too many to be written. */
  others: number;
}

const maxRemembered = 10_000;
const roundMs = 60_000;
/** Refusals of one instance that are written in one round. Details can hold what a caller chose, or a time. */
const maxWrittenInRound = 100;

/**
 * Writes each decision once, whole, as `release.decided`. The same refusal of one instance again (stage, checks, reasons and
 * details) is only counted, and so are other ones beyond a hundred a minute; the counts are written once a minute as
 * `release.refused-again`.
 */
export class DecisionJournal {
  readonly #log: Log;
  readonly #copy: DecisionLog | undefined;
  readonly #last: Pick<LastDecisions, 'note'> | undefined;
  readonly #seen = new Map<string, Seen>();
  #timer: NodeJS.Timeout | undefined;

  /** @param copy where decisions go beside the process's own log. @param last keeps the last one of each approved VM. */
  constructor(log: Log, copy: DecisionLog | undefined, last?: Pick<LastDecisions, 'note'>) {
    this.#log = log;
    this.#copy = copy;
    this.#last = last;
  }

  /** @returns the id under which this decision is found in the log: its own, or that of the refusal that it is counted with. */
  record(decision: ReleaseDecision, method: string): string {
    const decisionId = this.#record(decision, method);
    this.#last?.note({ ...decision, decisionId }, method);
    return decisionId;
  }

  #record(decision: ReleaseDecision, method: string): string {
    const { instanceId, decisionId } = decision;
    const last = this.#seen.get(instanceId ?? '');
    const key = refusalKey(decision);
    const written = last?.written ?? 0;
    if (key === '') {
      if (last !== undefined) this.#remember({ ...last, key: '' });
    } else if (last?.key === key) {
      last.count++;
      return last.decisionId;
    } else if (last !== undefined && written >= maxWrittenInRound) {
      last.others++;
      return last.decisionId;
    } else {
      if (last !== undefined) this.#writeCounts(last);
      this.#remember({ instanceId, key, decisionId, written: written + 1, count: 0, others: 0 });
    }
    this.#write(decision, method);
    return decisionId;
  }

  /** Writes the counts of repeated refusals since the last time. A new round begins. */
  flush(): void {
    for (const [key, seen] of this.#seen) {
      this.#writeCounts(seen);
      this.#seen.set(key, { ...seen, written: 0, count: 0, others: 0 });
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
    const fields = { decisionId, instanceId, method, outcome, stage, errorCode, findings: decision.findings };
    this.#log.info('release.decided', fields);
    const severity = outcome === 'undecided' ? 'ERROR' : outcome === 'refused' ? 'WARNING' : 'INFO';
    this.#copy?.write(severity, { event: 'release.decided', ...fields });
  }

  #writeCounts({ instanceId, decisionId, count, others }: Seen): void {
    if (count + others === 0) return;
    const fields = { instanceId, firstDecisionId: decisionId, count, ...(others === 0 ? {} : { others }) };
    this.#log.info('release.refused-again', fields);
    this.#copy?.write('WARNING', { event: 'release.refused-again', ...fields });
  }

  /** One refusal per instance is remembered; a released or other refused decision in between makes the next one new. */
  #remember(seen: Seen): void {
    const key = seen.instanceId ?? '';
    this.#seen.delete(key);
    this.#seen.set(key, seen);
    const [oldest] = this.#seen;
    if (oldest === undefined || this.#seen.size <= maxRemembered) return;
    this.#writeCounts(oldest[1]);
    this.#seen.delete(oldest[0]);
  }
}

/** What makes two refusals the same: stage, checks and what they saw. Empty for any other outcome, which is always written. */
function refusalKey({ outcome, stage, findings }: ReleaseDecision): string {
  if (outcome !== 'refused') return '';
  const refusedFindings = findings.filter((finding) => finding.outcome === 'refused');
  const seen = [stage, ...refusedFindings.map(({ check, reason, detail }) => [check, reason, detail])];
  return hex(sha256(Buffer.from(JSON.stringify(seen))));
}
