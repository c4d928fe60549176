// Makes docs/mutation.json and docs/mutation.md from what `npm run mutation` measured (.mutation/report.json). The reason of
// each survivor is written by hand into docs/mutation.json and kept by the next report; a survivor without one fails.
// `--check` says in one line whether the committed report is of these sources. It never fails: a run takes too long for CI.
const { createHash } = require('node:crypto');
const { readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
const folders = ['src/appraisal', 'src/server/attestation', 'src/tpm'];
const read = (name) => readFileSync(join(root, name), 'utf8');
const readJson = (name) => JSON.parse(read(name));

const sourcesOf = (folder) =>
  readdirSync(join(root, folder), { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .sort();

/** SHA-256 over name and content of every source of a folder, by name. */
function hashOf(folder) {
  const hash = createHash('sha256');
  for (const name of sourcesOf(folder)) hash.update(`${name}\0${read(name)}\0`);
  return hash.digest('hex');
}

/** The source text between two places; Stryker counts lines and columns from 1. */
function textAt(source, { start, end }) {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  lines[lines.length - 1] = lines.at(-1).slice(0, end.column - 1);
  lines[0] = lines[0].slice(start.column - 1);
  return lines.join('\n');
}

const inOneLine = (text, most = 120) => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most)}…` : line;
};

const survivorsOf = (file, { source, mutants }) =>
  mutants
    .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
    .map(({ location, mutatorName, replacement }) => ({
      file,
      line: location.start.line,
      mutator: mutatorName,
      from: inOneLine(textAt(source, location)),
      to: inOneLine(replacement),
    }))
    .sort((a, b) => a.line - b.line);

const round = (share) => Math.round(share * 10_000) / 100;

const statuses = {
  Killed: 'killed',
  Timeout: 'timeout',
  Survived: 'survived',
  NoCoverage: 'noCoverage',
  RuntimeError: 'broken',
  Ignored: 'ignored',
};

function figuresOf(folder, files, survivors) {
  const counts = { killed: 0, timeout: 0, survived: 0, noCoverage: 0, broken: 0, ignored: 0 };
  for (const { status } of files.flatMap(([, { mutants }]) => mutants)) {
    if (!(status in statuses)) throw new Error(`${folder}: a mutant is ${status}; run npm run mutation to its end`);
    counts[statuses[status]] += 1;
  }
  const { killed, timeout, survived, noCoverage } = counts;
  const mutants = killed + timeout + survived + noCoverage;
  const equivalent = survivors.filter((survivor) => survivor.equivalent).length;
  return { folder, sourceSha256: hashOf(folder), mutants, ...counts, score: round((killed + timeout) / mutants), equivalent };
}

/** A note stays with its mutant while the mutated text stays: lines move. */
function notesOf(previous) {
  const notes = new Map();
  for (const { file, mutator, from, to, equivalent, reason } of previous.survivors) {
    const key = [file, mutator, from, to].join('\n');
    notes.set(key, [...(notes.get(key) ?? []), { equivalent, reason }]);
  }
  return (survivor) => {
    const waiting = notes.get([survivor.file, survivor.mutator, survivor.from, survivor.to].join('\n')) ?? [];
    return waiting.shift() ?? { equivalent: false, reason: '' };
  };
}

function makeReport(measured, previous) {
  const noteOf = notesOf(previous);
  const files = Object.entries(measured.files).sort(([a], [b]) => (a < b ? -1 : 1));
  const stale = files.filter(([name, { source }]) => source !== read(name)).map(([name]) => name);
  if (stale.length > 0) throw new Error(`changed since they were measured: ${stale.join(', ')}`);
  const perFolder = folders.map((folder) => {
    const own = files.filter(([name]) => name.startsWith(`${folder}/`));
    if (!measured.config.mutate.includes(`${folder}/**/*.ts`))
      throw new Error(`${folder} was not measured as a whole: run npm run mutation`);
    const survivors = own.flatMap(([name, file]) => survivorsOf(name, file)).map((survivor) => ({ ...survivor, ...noteOf(survivor) }));
    return { figures: figuresOf(folder, own, survivors), survivors };
  });
  return {
    tool: `StrykerJS ${measured.framework.version}`,
    folders: perFolder.map(({ figures }) => figures),
    survivors: perFolder.flatMap(({ survivors }) => survivors),
  };
}

const code = (text) => `\`${text.replaceAll('|', '\\|').replaceAll('`', "'")}\``;

/** docs/mutation.md from docs/mutation.json. */
function renderMutationDoc({ tool, folders: figures, survivors }) {
  const rows = figures.map((f) => {
    const cells = [f.folder, f.mutants, f.killed, f.timeout, f.survived, f.noCoverage, `**${f.score.toFixed(2)} %**`, f.equivalent];
    return `| ${[...cells, f.broken, f.ignored].join(' | ')} |`;
  });
  const lists = [...byFile(survivors)].map(([file, own]) => {
    const items = own.map(
      ({ line, from, to, equivalent, reason }) =>
        `- ${line}: ${code(from)} → ${code(to === '' ? '(removed)' : to)}. ${equivalent ? 'Equivalent: ' : ''}${reason}`,
    );
    return `\n### ${file}\n\n${items.join('\n')}\n`;
  });
  return `${intro(tool)}\n${tableHead}\n${rows.join('\n')}\n${explanation}${lists.join('')}`;
}

function byFile(survivors) {
  const groups = new Map();
  for (const survivor of survivors) groups.set(survivor.file, [...(groups.get(survivor.file) ?? []), survivor]);
  return groups;
}

const intro = (tool) => `# Mutation testing

<!-- Made by scripts/mutation-report.cjs from docs/mutation.json. Do not edit by hand. -->

\`npm run mutation\` changes the trust core in one small place after the other (a comparison, a condition, a text, a block) and runs
the unit tests of these rooms: a change that no test notices is a survivor. Measured with ${tool}, all its mutators, in a quarter
of an hour on two cores. CI does not run it; it says in one line when these figures are of other sources.

- \`scripts/mutation-runner.cjs\` runs the suites without jest, in one process, but with jest's own \`expect\` and \`each\`: for each
  mutant the suites that cover it, loaded anew, up to the first test that fails. It leaves out the random tests of src/tpm
  (properties, hostile), whose work exact tests repeat, and of course every suite that starts a program or a server.
- \`scripts/mutation-words.mjs\` leaves out a check's question, remedy and list of what it compares with: words for people, of which
  \`test/rules/checks.test.ts\` and \`test/tpm/index.test.ts\` ask that they are there. The texts of errors and refusals are mutated.
`;
const tableHead = `| folder | mutants | killed | timeout | survived | not covered | score | claimed equivalent | broken | left out |
|---|---|---|---|---|---|---|---|---|---|`;
const explanation = `
Score = (killed + timeout) / mutants. A timeout is an endless loop. Survivors that are claimed to be equivalent, because no input
can show the difference, count against the score. "Broken" are changes with which the suites could not even load (a constant of
a module, a decoder that every test table needs) and which no loaded suite caught first: they count neither way.

While writing tests: \`npx stryker run --mutate src/tpm/codec.ts\`. The report needs a whole \`npm run mutation\`; it asks for the reason
of each new survivor, to be written into docs/mutation.json, and \`node scripts/mutation-report.cjs\` then makes this page.

## Survivors
`;

function check() {
  const { folders: committed } = readJson('docs/mutation.json');
  const stale = committed.filter(({ folder, sourceSha256 }) => hashOf(folder) !== sourceSha256).map(({ folder }) => folder);
  if (stale.length > 0) console.log(`mutation report: not of these sources (${stale.join(', ')} changed); npm run mutation makes it new`);
  else console.log(`mutation report: of these sources (${committed.map(({ folder, score }) => `${folder} ${score} %`).join(', ')})`);
}

function main(args) {
  if (args.includes('--check')) return check();
  const report = makeReport(readJson('.mutation/report.json'), readJson('docs/mutation.json'));
  writeFileSync(join(root, 'docs/mutation.json'), `${JSON.stringify(report, undefined, 2)}\n`);
  writeFileSync(join(root, 'docs/mutation.md'), renderMutationDoc(report));
  const unexplained = report.survivors.filter(({ reason }) => reason === '');
  for (const { file, line, from, to } of unexplained) console.error(`no reason in docs/mutation.json: ${file}:${line} ${from} -> ${to}`);
  if (unexplained.length > 0) process.exitCode = 1;
}

module.exports = { renderMutationDoc };
if (require.main === module) main(process.argv.slice(2));
