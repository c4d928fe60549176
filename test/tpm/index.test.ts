import * as tpm from '../../src/tpm/index.js';

const lists = [tpm.akChecks, tpm.quoteChecks, tpm.certifyChecks];
const checks = lists.flatMap(
  (list) =>
    list as readonly {
      readonly id: string;
      readonly question: string;
      readonly reason: string;
      readonly remedy: string;
      readonly healedBy: string;
      readonly comparesWith: readonly string[];
    }[],
);
const exported = new Set<unknown>(Object.values(tpm));

describe.each([...checks, tpm.akIsRestricted])('the check $id', (check) => {
  it('is exported by name, so that a policy page can list it', () => expect(exported.has(check)).toBe(true));
  it('has a name', () => expect(check.id).toMatch(/^(?:ak|quote|certify)(?:-[a-z]+)+$/));
  it('asks a question', () => expect(check.question).toMatch(/^[A-Z].*\?$/));
  it('has a stable reason and a remedy', () => {
    expect(check.reason).toMatch(/^[A-Z][A-Z0-9_]+$/);
    expect(check.remedy).toMatch(/^[a-z].*[^.]$/);
  });
  it('is mended by Bob, who runs the client; only new PCR values need Alice', () =>
    expect(check.healedBy).toBe(check.id === 'quote-pcr-digest' ? 'alice' : 'bob'));
  it('names what it compares with', () => expect(check.comparesWith.length).toBeGreaterThan(0));
});

it('no two checks share an id or a reason', () => {
  const all = [...checks, tpm.akIsRestricted];
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  expect(new Set(all.map(({ reason }) => reason)).size).toBe(all.length);
});
