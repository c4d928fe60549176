// Makes docs/checks.md from the policy page. `node scripts/gen-checks-doc.cjs` needs a build (npm run build);
// with --check it writes nothing and fails when the file is not what would be made. A test compares it too.
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const intro = `# The checks

<!-- Made by scripts/gen-checks-doc.cjs from src/appraisal/policy.ts. Do not edit by hand. -->

A release goes through these stages in this order. All checks of a stage run; the first stage that refuses ends it. Checks of
a gate ask whether there is anything to judge, and the first of them that refuses ends the stage.
Each check compares something with a field of the provisioning record, a flag of the TokenServer (\`flag:\`), a constant of a
specification (\`constant:\`), a live answer of Google (\`live:\`) or what the session remembers (\`session:\`). The caller sees
stage, reason, remedy and who can mend it; what was expected and found stays in Alice's log.

"Mended by" is the usual case: nobody means that this VM cannot get the secrets any more. docs/extend.md says how to add a check.
`;

const who = { alice: 'Alice', bob: 'Bob', time: 'waiting', nobody: 'nobody' };
const cell = (text) => text.replaceAll('|', '\\|');
const row = (cells) => `| ${cells.map(cell).join(' | ')} |`;

/** @param page [{ name, gate, checks }] as src/appraisal exports it (policyPage). */
function renderChecksDoc(page) {
  const sections = page.map(({ name, gate, checks }) => {
    const rows = checks.map((check) =>
      row([
        `\`${check.id}\`${gate.includes(check) ? ' (gate)' : ''}`,
        check.question,
        check.comparesWith.map((source) => `\`${source}\``).join(', '),
        `\`${check.reason}\``,
        who[check.healedBy],
        check.remedy,
      ]),
    );
    const head = [row(['Check', 'Question', 'Compares with', 'Reason', 'Mended by', 'Remedy']), '| --- | --- | --- | --- | --- | --- |'];
    return `\n## Stage ${name}\n\n${[...head, ...rows].join('\n')}\n`;
  });
  return intro + sections.join('');
}

function main(args) {
  const file = join(__dirname, '../docs/checks.md');
  const { policyPage } = require('../dist/appraisal/index.js');
  const made = renderChecksDoc(policyPage);
  if (!args.includes('--check')) {
    writeFileSync(file, made);
    return 0;
  }
  if (readFileSync(file, 'utf8') === made) return 0;
  console.error('docs/checks.md is out of date: npm run build && node scripts/gen-checks-doc.cjs');
  return 1;
}

module.exports = { renderChecksDoc };
if (require.main === module) process.exitCode = main(process.argv.slice(2));
