import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { policyPage } from '../../src/appraisal/index.js';

const root = join(__dirname, '../..');
const text = readFileSync(join(root, 'docs/threat-model.md'), 'utf8');

interface Row {
  readonly number: string;
  readonly attack: string;
  readonly verdict: string;
  readonly how: string;
  readonly tests: readonly { readonly file: string; readonly title: string }[];
}

/** "`file`: title; title; `file`: title" */
function testsOf(cell: string): Row['tests'] {
  return [...cell.matchAll(/`(test\/[\w./-]+)`: ([^`]+)/g)].flatMap(([, file = '', titles = '']) =>
    titles
      .split(';')
      .map((title) => title.trim())
      .filter((title) => title !== '')
      .map((title) => ({ file, title })),
  );
}

const rows: readonly Row[] = text
  .split('\n')
  .filter((line) => /^\| (?:\d+|N\d+) \|/.test(line))
  .map((line) => {
    const [, number = '', attack = '', verdict = '', how = '', tests = ''] = line.split('|').map((cell) => cell.trim());
    return { number, attack, verdict, how, tests: testsOf(tests) };
  });

/** The attacks that were known when this was designed: 27 of a malicious owner of the project, 6 of the network and other clients. */
const numbers = [...Array.from({ length: 27 }, (_, i) => String(i + 1)), ...Array.from({ length: 6 }, (_, i) => `N${i + 1}`)];
const checks = policyPage.flatMap((stage) => stage.checks.map(({ id }) => id));

/** A comment, a regular expression behind an opening bracket or a comma, or a text in any of the three quotes. */
const tokens =
  /\/\/[^\n]*|\/\*[^]*?\*\/|(?<=[(,=:!] ?)\/(?:\\.|\[(?:\\.|[^\]\n\\])*\]|[^/\n\\[])+\/|'(?:\\.|[^'\n\\])*'|"(?:\\.|[^"\n\\])*"|`(?:\\.|[^`\\])*`/g;

/**
 * Every text of a source file that can be the title of a test: the first argument of it, test and describe, and what stands in the row of a
 * table. No comment and no expectation: what a matcher is given follows its name and a bracket.
 */
function titlesIn(source: string): readonly string[] {
  let before = '';
  let from = 0;
  const titles: string[] = [];
  for (const match of source.matchAll(tokens)) {
    before = (before + source.slice(from, match.index)).trimEnd().slice(-40);
    from = match.index + match[0].length;
    if (match[0].startsWith('/')) continue;
    if (/(?:[[,]|\b(?:it|test|describe)\(|\)\()$/.test(before)) titles.push(match[0].slice(1, -1).replace(/\\(['"`])/g, '$1'));
    before = '"';
  }
  return titles;
}

describe('docs/threat-model.md', () => {
  it.each(numbers)('has a row for attack %s', (number) => {
    expect(rows.filter((row) => row.number === number)).not.toEqual([]);
  });

  it('has no other numbers, and one of three verdicts in each row', () => {
    expect(rows.filter(({ number }) => !numbers.includes(number))).toEqual([]);
    expect(rows.filter(({ verdict }) => !['stopped', 'detected', 'open'].includes(verdict))).toEqual([]);
  });

  it('names a test in every row that is not open, and none in a row that is', () => {
    expect(rows.filter(({ verdict, tests }) => (verdict === 'open') !== (tests.length === 0)).map(({ attack }) => attack)).toEqual([]);
  });

  it.each(rows.flatMap(({ number, tests }) => tests.map(({ file, title }) => [number, file, title] as const)))(
    'attack %s: %s has the test "%s"',
    (_number, file, title) => {
      expect(existsSync(join(root, file))).toBe(true);
      expect(titlesIn(readFileSync(join(root, file), 'utf8')).some((text) => text.includes(title))).toBe(true);
    },
  );

  it('names only checks that are on the policy page', () => {
    const named = rows.flatMap(({ how }) => [...how.matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)].map(([, id = '']) => id));
    const known = [...checks, 'user-data'];
    expect(named.filter((id) => !known.includes(id))).toEqual([]);
  });

  it('takes neither a comment nor an expectation for a test', () => {
    const source = `
      // it('in a comment')
      /* ['in another'] */
      const rows = [['in a table', (text) => expect(text).toBe('expected'), /['"]/, "Bob's"]];
      it.each([
        // ['in a third']
        ['in a row'],
      ])('of a table', () => { expect('given').toContain('expected'); const name = 'elsewhere'; });
      describe('of a group', () => { test('it\\'s one', () => undefined); });`;
    expect(titlesIn(source)).toEqual(['in a table', "Bob's", 'in a row', 'of a table', 'of a group', "it's one"]);
  });
});
