import { AppError, allPassed, notReached, runChecks, type Check, type Finding } from '../base/index.js';
import type { StageName } from './evidence.js';

/**
 * One step of a release: what must be there at all (gate), and what must be true of it (checks).
 * The gate's checks run in order and the first refusal ends the stage, because the next one would have nothing to look at.
 * All checks behind the gate run, so that one decision names everything that is wrong.
 */
export interface Stage<Arrival, Evidence> {
  readonly name: StageName;
  readonly gate: readonly Check<Arrival>[];
  /** Narrows after the gate passed. @throws AppError INTERNAL if a part is missing all the same. */
  readonly admit: (arrival: Arrival) => Evidence;
  readonly checks: readonly Check<Evidence>[];
}

/** A stage without its types: enough to list its checks. */
export interface StageOutline {
  readonly name: StageName;
  readonly gate: readonly Check<never>[];
  /** All of them, gate first. */
  readonly checks: readonly Check<never>[];
}

export const outlineOf = <A, E>(stage: Stage<A, E>): StageOutline => ({
  name: stage.name,
  gate: stage.gate,
  checks: [...stage.gate, ...stage.checks],
});

/** What a stage found. `evidence` is present exactly if every check passed or did not apply. */
export interface StageResult<Evidence> {
  readonly findings: readonly Finding[];
  readonly evidence: Evidence | undefined;
}

/** Runs one stage. Each check of the stage has exactly one finding, in the order of the policy page. */
export function runStage<A, E>(stage: Stage<A, E>, arrival: A): StageResult<E> {
  const gate = runGate(stage.gate, arrival);
  if (gate.some((finding) => finding.outcome === 'refused')) {
    return { findings: [...gate, ...notReached(stage.checks)], evidence: undefined };
  }
  const evidence = stage.admit(arrival);
  const findings = [...gate, ...runChecks(stage.checks, evidence)];
  return { findings, evidence: allPassed(findings) ? evidence : undefined };
}

function runGate<A>(gate: readonly Check<A>[], arrival: A): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [i, check] of gate.entries()) {
    findings.push(...runChecks([check], arrival));
    if (findings.at(-1)?.outcome === 'refused') return [...findings, ...notReached(gate.slice(i + 1))];
  }
  return findings;
}

/** The error of an `admit` whose gate let something through that is not there: our mistake, never a release. */
export const gateLeaks = (stage: StageName): AppError =>
  new AppError('INTERNAL', `the gate of stage ${stage} let incomplete evidence through`);
