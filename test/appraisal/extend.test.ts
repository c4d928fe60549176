import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const guide = readFileSync(join(root, 'docs/extend.md'), 'utf8');

/** The fenced blocks of the guide, without the indentation of their list item. */
const [check = '', importLine = '', listLine = ''] = [...guide.matchAll(/^ {3}```ts\n([\s\S]*?)^ {3}```$/gm)].map((match) =>
  (match[1] ?? '').replace(/^ {3}/gm, ''),
);

describe('docs/extend.md', () => {
  const copy = mkdtempSync(join(tmpdir(), 'extend-'));
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it('adds a check that every decision then names, by one file and its name on the page', () => {
    for (const room of ['base', 'facts', 'record', 'tpm', 'appraisal'])
      cpSync(join(root, 'src', room), join(copy, 'src', room), { recursive: true });
    for (const file of ['package.json', 'tsconfig.json', 'tsconfig.build.json']) cpSync(join(root, file), join(copy, file));
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));

    const [, name = ''] = /`src\/appraisal\/checks\/(.+?\.ts)`/.exec(guide) ?? [];
    writeFileSync(join(copy, 'src/appraisal/checks', name), check);
    const page = join(copy, 'src/appraisal/policy.ts');
    const before = readFileSync(page, 'utf8');
    const after = before.replace(/^import type/m, `${importLine}$&`).replace(/^( +)machineFeatures,\n/m, `$&$1${listLine}`);
    expect(after.length).toBe(before.length + importLine.length + listLine.length + 4);
    writeFileSync(page, after);

    // Fails with the compiler's words when the example does not fit the types.
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
      cwd: copy,
      stdio: 'pipe',
    });

    const program = `
      const { machineStage, policyPage, Appraisal } = require('./dist/appraisal/index.js');
      const check = machineStage.checks.find(({ id }) => id === 'cpu-platform');
      const decision = new Appraisal('d').undecided(new Error('x'));
      console.log(JSON.stringify({
        last: machineStage.checks.at(-1).id,
        onPage: policyPage.some(({ checks }) => checks.includes(check)),
        inDecision: decision.findings.some((finding) => finding.check === 'cpu-platform'),
        verdicts: ['AMD Milan', 'Intel Haswell', ''].map((cpuPlatform) => check.judge({ instance: { cpuPlatform } }).kind),
      }));`;
    const printed = execFileSync(process.execPath, ['-e', program], { cwd: copy, encoding: 'utf8' });
    expect(JSON.parse(printed)).toEqual({ last: 'cpu-platform', onPage: true, inDecision: true, verdicts: ['pass', 'refuse', 'refuse'] });
  });
});
