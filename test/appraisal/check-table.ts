import type { Check, HealedBy } from '../../src/base/index.js';

/** What a row expects: a pass, a skip, or the reason that callers see, and who can mend it where that differs from the check's own. */
export type Expected = 'pass' | 'skip' | { readonly reason: string; readonly healedBy?: HealedBy; readonly detail?: RegExp };

export type Row<E> = readonly [name: string, evidence: E, expected: Expected];

/** One test per row. The first row must pass, so that no check is tested only by refusing. */
export function checkTable<E>(check: Check<E>, rows: readonly Row<E>[]): void {
  describe(check.id, () => {
    test('the first row passes and at least one other is refused', () => {
      expect(rows[0]?.[2]).toBe('pass');
      expect(rows.some(([, , expected]) => typeof expected === 'object')).toBe(true);
    });

    test.each(rows)('%s', (_name, evidence, expected) => {
      const verdict = check.judge(evidence);
      if (expected === 'pass' || expected === 'skip') {
        expect(verdict.kind).toBe(expected);
        return;
      }
      if (verdict.kind !== 'refuse') throw new Error(`expected a refusal, got ${verdict.kind}`);
      expect({ reason: verdict.reason ?? check.reason, healedBy: verdict.healedBy ?? check.healedBy }).toEqual({
        reason: expected.reason,
        healedBy: expected.healedBy ?? check.healedBy,
      });
      expect(verdict.detail).toMatch(expected.detail ?? /./);
    });
  });
}
