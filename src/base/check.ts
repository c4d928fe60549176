import { onceForEach } from './once-for-each.js';

/** Who can turn a refusal into a pass. `nobody`: the caller should stop asking. */
export type HealedBy = 'alice' | 'bob' | 'time' | 'nobody';

/** What a check says of its evidence. There is no boolean, and no arm that passes by default. */
export type Verdict =
  | { readonly kind: 'pass' }
  | { readonly kind: 'refuse'; readonly detail: string; readonly reason?: string; readonly healedBy?: HealedBy }
  | { readonly kind: 'skip'; readonly because: string };

/**
 * One named question about evidence of type E. Pure and synchronous: all input and output was done before.
 * `id` equals the file name; `reason` is the stable code that callers see when it refuses.
 */
export interface Check<in E> {
  readonly id: string;
  /** One sentence, answered yes by a pass. */
  readonly question: string;
  readonly reason: string;
  /** One sentence for the person who can mend it. */
  readonly remedy: string;
  readonly healedBy: HealedBy;
  /** What the evidence is compared with: a field of the record, a flag of the server, or a constant of a specification. */
  readonly comparesWith: readonly string[];
  readonly judge: (evidence: E) => Verdict;
}

/** One line of a decision: what a check said. `detail` holds public values only and is for Alice's log, never for the caller. */
export type Finding = {
  readonly check: string;
  readonly outcome: 'passed' | 'refused' | 'skipped' | 'not-reached';
  readonly detail?: string;
  readonly reason?: string;
  readonly remedy?: string;
  readonly healedBy?: HealedBy;
};

export const pass: Verdict = { kind: 'pass' };

/**
 * A refusal with a detail made of public values. `override` replaces the check's reason or healedBy where one check can
 * fail in two ways that differ for the reader (for example a revoked and an expired approval).
 */
export const refuse = (detail: string, override: { readonly reason?: string; readonly healedBy?: HealedBy } = {}): Verdict => ({
  kind: 'refuse',
  detail,
  ...override,
});

/** The check does not apply, and every decision says so by name. */
export const skip = (because: string): Verdict => ({ kind: 'skip', because });

/** Pass exactly if the condition is true; the detail says what was found instead. */
export const passIf = (condition: boolean, detail: string): Verdict => (condition ? pass : refuse(detail));

/** Runs every check of a list and keeps every finding, in order. A check that throws is our bug: the error goes up, nothing passes. */
export function runChecks<E>(checks: readonly Check<E>[], evidence: E): readonly Finding[] {
  return checks.map((check) => findingOf(check, check.judge(evidence)));
}

/** The findings of checks that were never asked because an earlier one refused. */
export const notReached = onceForEach((checks: readonly Check<never>[]): readonly Finding[] =>
  checks.map((check) => ({ check: check.id, outcome: 'not-reached' })),
);

const passedOf = onceForEach((check: Check<never>): Finding => ({ check: check.id, outcome: 'passed' }));

/** Did every check that was asked pass or not apply? An empty list is not a pass. */
export const allPassed = (findings: readonly Finding[]): boolean =>
  findings.length > 0 && findings.every((finding) => finding.outcome === 'passed' || finding.outcome === 'skipped');

function findingOf<E>(check: Check<E>, verdict: Verdict): Finding {
  switch (verdict.kind) {
    case 'pass':
      return passedOf(check);
    case 'skip':
      return { check: check.id, outcome: 'skipped', detail: verdict.because };
    case 'refuse':
      return {
        check: check.id,
        outcome: 'refused',
        detail: verdict.detail,
        reason: verdict.reason ?? check.reason,
        remedy: check.remedy,
        healedBy: verdict.healedBy ?? check.healedBy,
      };
  }
}
