import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const script = join(root, 'scripts/mutation-report.cjs');

interface Report {
  readonly folders: readonly {
    readonly folder: string;
    readonly mutants: number;
    readonly killed: number;
    readonly timeout: number;
    readonly survived: number;
    readonly noCoverage: number;
    readonly score: number;
    readonly equivalent: number;
  }[];
  readonly survivors: readonly { readonly file: string; readonly line: number; readonly equivalent: boolean; readonly reason: string }[];
}
const report = JSON.parse(readFileSync(join(root, 'docs/mutation.json'), 'utf8')) as Report;

describe('the committed report of the mutation tests', () => {
  it('is of the whole trust core', () =>
    expect(report.folders.map(({ folder }) => folder)).toEqual(['src/appraisal', 'src/server/attestation', 'src/tpm']));

  it.each(report.folders)('$folder: at least 85 of 100 mutants are killed, and the figures add up', (figures) => {
    const killed = figures.killed + figures.timeout;
    expect(killed + figures.survived + figures.noCoverage).toBe(figures.mutants);
    expect(figures.score).toBeCloseTo((100 * killed) / figures.mutants, 1);
    expect(figures.score).toBeGreaterThanOrEqual(85);
  });

  it.each(report.folders)('$folder: every survivor is listed, and at most 5 of 100 mutants are called equivalent', (figures) => {
    const own = report.survivors.filter(({ file }) => file.startsWith(`${figures.folder}/`));
    expect(own).toHaveLength(figures.survived + figures.noCoverage);
    expect(own.filter(({ equivalent }) => equivalent)).toHaveLength(figures.equivalent);
    expect(figures.equivalent).toBeLessThanOrEqual(0.05 * figures.mutants);
  });

  it('has a reason for every survivor', () =>
    expect(report.survivors.filter(({ reason }) => reason.length < 20).map(({ file, line }) => `${file}:${line}`)).toEqual([]));

  it('is what docs/mutation.md says', () => {
    const { renderMutationDoc } = require('../../scripts/mutation-report.cjs') as { renderMutationDoc: (of: Report) => string };
    expect(readFileSync(join(root, 'docs/mutation.md'), 'utf8')).toBe(renderMutationDoc(report));
  });

  it('is compared with the sources in one line, which fails nothing', () =>
    expect(execFileSync(process.execPath, [script, '--check'], { encoding: 'utf8' })).toMatch(
      /^mutation report: (?:not )?of these sources .*\n$/,
    ));
});
