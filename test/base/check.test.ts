import { allPassed, notReached, pass, passIf, refuse, runChecks, skip, type Check } from '../../src/base/index.js';

const check = (id: string, judge: Check<number>['judge']): Check<number> => ({
  id,
  question: 'Is it?',
  reason: 'NOT_IT',
  remedy: 'Make it so.',
  healedBy: 'alice',
  comparesWith: ['constant:1'],
  judge,
});

describe('runChecks', () => {
  it('asks every check and keeps every finding in order', () => {
    const findings = runChecks(
      [
        check('a', () => pass),
        check('b', () => refuse('was 2')),
        check('c', () => skip('switched off')),
        check('d', (n) => passIf(n === 1, 'not 1')),
      ],
      2,
    );
    expect(findings).toEqual([
      { check: 'a', outcome: 'passed' },
      { check: 'b', outcome: 'refused', detail: 'was 2', reason: 'NOT_IT', remedy: 'Make it so.', healedBy: 'alice' },
      { check: 'c', outcome: 'skipped', detail: 'switched off' },
      { check: 'd', outcome: 'refused', detail: 'not 1', reason: 'NOT_IT', remedy: 'Make it so.', healedBy: 'alice' },
    ]);
    expect(allPassed(findings)).toBe(false);
  });

  it('a refusal may name its own reason and healer', () => {
    const [finding] = runChecks([check('a', () => refuse('x', { reason: 'OTHER', healedBy: 'nobody' }))], 0);
    expect(finding).toMatchObject({ reason: 'OTHER', healedBy: 'nobody' });
  });

  it('a check that throws is not a pass', () => {
    expect(() =>
      runChecks(
        [
          check('a', () => {
            throw new Error('bug');
          }),
        ],
        0,
      ),
    ).toThrow('bug');
  });
});

describe('allPassed', () => {
  it('is false for nothing at all, and for what was not asked', () => {
    expect(allPassed([])).toBe(false);
    expect(allPassed(notReached([check('a', () => pass)]))).toBe(false);
  });

  it('is true for passes and named skips', () => {
    expect(allPassed(runChecks([check('a', () => pass), check('b', () => skip('off'))], 0))).toBe(true);
  });
});
