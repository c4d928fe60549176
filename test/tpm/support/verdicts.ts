import { runChecks, type Check } from '../../../src/base/index.js';

/** The ids of the checks that refuse this evidence, in order. */
export const refusedBy = <E>(checks: readonly Check<E>[], evidence: E): readonly string[] =>
  runChecks(checks, evidence)
    .filter(({ outcome }) => outcome === 'refused')
    .map(({ check }) => check);
