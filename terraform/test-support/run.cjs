// Runs the real terraform over terraform/ without the internet: npm run terraform -- [fmt|validate|test] [FOLDER ...]
//   fmt        is everything formatted (the whole of terraform/)
//   validate   init and validate, of each root and module
//   test       init and terraform test, of each folder that has tests/*.tftest.hcl
//   golden     is what terraform makes as test/golden has it (cloud-config, terraform); --update writes it there
// Without a word it runs all four, and sees that what refused/ holds is refused. FOLDER (alice, modules/vpn-ha): those only.
const { spawnSync, execFile } = require('node:child_process');
const { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join, relative, resolve } = require('node:path');
const { differences, goldenFiles, machineFiles } = require('./golden.cjs');
const { findUnitTroubles } = require('./service-manager.cjs');
const { startProviders } = require('./provider.cjs');

const root = join(__dirname, '..');
const leastMinor = 11;
const init = ['init', '-backend=false', '-input=false', '-no-color'];

/** Undefined where terraform can be used; else why not. */
function whyNot() {
  const { status, stdout } = spawnSync('terraform', ['version', '-json'], { encoding: 'utf8' });
  if (status !== 0) return 'it is not installed (https://developer.hashicorp.com/terraform/install)';
  const [, version, major, minor] = /"terraform_version": "((\d+)\.(\d+)[^"]*)"/.exec(stdout) ?? [];
  if (Number(major) === 1 && Number(minor) >= leastMinor) return undefined;
  return `this is version ${version}; it must be 1.${leastMinor} or later, and not 2`;
}

/** Folders with *.tf, the parts of a root (terraform/alice/deploy) among them: each has to be valid by itself. */
function findFolders(folder) {
  const entries = readdirSync(folder, { withFileTypes: true });
  const deeper = entries
    .filter((entry) => entry.isDirectory() && !['.terraform', 'test-support', 'tests'].includes(entry.name))
    .flatMap((entry) => findFolders(join(folder, entry.name)));
  return entries.some(({ name }) => name.endsWith('.tf')) ? [folder, ...deeper] : deeper;
}

function hasTests(folder) {
  return existsSync(join(folder, 'tests')) && readdirSync(join(folder, 'tests')).some((name) => name.endsWith('.tftest.hcl'));
}

/** The environment of terraform: nothing of the person's own settings, variables or credentials. */
function environment(work, reattach) {
  const settings = join(work, 'terraform.rc');
  writeFileSync(settings, '');
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('TF_') && !name.startsWith('GOOGLE_'));
  const own = {
    TF_CLI_CONFIG_FILE: settings,
    CHECKPOINT_DISABLE: '1',
    GOGC: '800',
    TF_IN_AUTOMATION: '1',
    TF_REATTACH_PROVIDERS: reattach,
  };
  return { ...Object.fromEntries(kept), ...own };
}

function terraform(folder, env, words) {
  return new Promise((done) => {
    execFile('terraform', [`-chdir=${folder}`, ...words], { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      done({ isOk: error === null, text: `${stdout}${stderr}`.trim() }),
    );
  });
}

/** One root or module. What terraform keeps goes to the work folder: nothing is written into the sources. */
async function checkFolder(folder, goals, setting) {
  const name = relative(root, folder);
  const env = { ...setting.env, TF_DATA_DIR: join(setting.work, name.replaceAll('/', '-')) };
  const hasVariations = existsSync(join(folder, 'tests/variations.tftest.hcl'));
  const isTested = hasTests(folder) && (goals.includes('test') || (goals.includes('golden') && hasVariations));
  const steps = [...(goals.includes('validate') ? [['validate', '-no-color']] : []), ...(isTested ? [['test', '-json', '-verbose']] : [])];
  let said = 'valid';
  for (const words of steps.length > 0 ? [init, ...steps] : []) {
    const { isOk, text } = await terraform(folder, env, words);
    const lines = words[0] === 'test' ? linesOf(text) : [];
    if (words[0] === 'test')
      said = lines.map((line) => line['@message']).find((message) => /^Success! [1-9]\d* passed, 0 failed/.test(message));
    if (!isOk || said === undefined) {
      console.log(`${name}: terraform ${words[0]} failed\n${lines.length > 0 ? troublesOf(lines) : text}`);
      return false;
    }
    if (hasVariations && goals.includes('golden') && words[0] === 'test')
      return report(name, differences('terraform', machineFiles(name, lines), setting.isUpdate)) && saySo(`${name}: ${said}`);
  }
  return steps.length === 0 || saySo(`${name}: ${said}`);
}

function saySo(text) {
  console.log(text);
  return true;
}

const linesOf = (text) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

/** What went wrong, from the lines of `terraform test -json`. */
const troublesOf = (lines) =>
  lines
    .filter((line) => line['@level'] === 'error')
    .map(({ '@message': message, diagnostic }) => {
      const at = diagnostic?.range === undefined ? '' : ` (${diagnostic.range.filename}:${diagnostic.range.start.line})`;
      return [message + at, diagnostic?.detail].filter(Boolean).join('\n  ');
    })
    .join('\n');

function report(name, different) {
  if (different.length === 0) return true;
  console.log(`${name}: terraform makes something else than test/golden has: ${different.join(', ')}`);
  console.log('if the change is meant: npm run terraform -- golden --update, and read what git shows');
  return false;
}

/** The first line of each file of refused/ is what terraform must say to it. */
async function checkRefused(name, { work, env }) {
  const folder = mkdtempSync(join(work, 'refused-'));
  const file = join(__dirname, 'refused', name);
  copyFileSync(file, join(folder, name));
  await terraform(folder, env, init);
  const { isOk, text } = await terraform(folder, env, ['validate', '-no-color']);
  const [, expected] = /^# refused: (.+)\n/.exec(readFileSync(file, 'utf8')) ?? [];
  if (!isOk && expected !== undefined && text.replace(/\s+/g, ' ').includes(expected)) return true;
  console.log(`refused/${name}: terraform did not say: ${expected}\n${text}`);
  return false;
}

async function checkVariations({ work, env, isUpdate }) {
  const own = { ...env, TF_DATA_DIR: join(work, 'variations') };
  const state = `-state=${join(work, 'variations.tfstate')}`;
  let last = { isOk: true, text: '' };
  for (const words of [init, ['apply', '-auto-approve', '-no-color', state], ['output', '-json', state]])
    if (last.isOk) last = await terraform(join(__dirname, 'variations'), own, words);
  if (!last.isOk) {
    console.log(`variations: terraform failed\n${last.text}`);
    return false;
  }
  const files = goldenFiles(JSON.parse(last.text));
  return report('modules/cloud-config', differences('cloud-config', files, isUpdate)) && saySo(`golden: ${files.size} files`);
}

function checkUnits() {
  const troubles = findUnitTroubles();
  if (troubles === undefined) return saySo('units: NOT CHECKED, systemd-analyze is not installed');
  return troubles.length === 0 ? saySo('units: systemd reads them') : saySo(`units: ${troubles.join('\n')}`) && false;
}

async function checkFormat({ env }) {
  const { isOk, text } = await terraform(root, env, ['fmt', '-check', '-diff', '-recursive', '-no-color']);
  console.log(isOk ? 'fmt: ok' : `fmt: run terraform fmt -recursive terraform\n${text}`);
  return isOk;
}

/** Two at a time: each check is a few processes of terraform. */
async function inTurns(jobs) {
  const results = [];
  const queue = [...jobs];
  const work = async () => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) results.push(await job());
  };
  await Promise.all([work(), work()]);
  return results.every(Boolean);
}

async function main([first, ...rest]) {
  const all = ['fmt', 'validate', 'test', 'golden'];
  const goals = all.includes(first) ? [first] : all;
  const given = goals === all ? [first, ...rest].filter((word) => word !== undefined) : rest;
  const named = given.filter((word) => word !== '--update');
  const why = whyNot();
  if (why !== undefined) {
    console.log(`terraform: NOT CHECKED, ${why}`);
    return true;
  }
  const folders = named.length > 0 ? named.map((name) => resolve(root, name)) : findFolders(root);
  const work = mkdtempSync(join(tmpdir(), 'terraform-check-'));
  const providers = await startProviders();
  const setting = { work, env: environment(work, providers.reattach), isUpdate: given.includes('--update') };
  try {
    const refused = goals === all && named.length === 0 ? readdirSync(join(__dirname, 'refused')) : [];
    const isOk = await inTurns([
      ...(goals.includes('fmt') ? [() => checkFormat(setting)] : []),
      ...(goals.includes('golden') && named.length === 0 ? [() => checkVariations(setting), checkUnits] : []),
      ...folders.map((folder) => () => checkFolder(folder, goals, setting)),
      ...refused.map((name) => () => checkRefused(name, setting)),
    ]);
    if (refused.length > 0 && isOk) console.log(`${refused.length} wrong configurations: refused`);
    return isOk;
  } finally {
    providers.close();
    rmSync(work, { recursive: true, force: true });
  }
}

void main(process.argv.slice(2)).then((isOk) => {
  process.exitCode = isOk ? 0 : 1;
});
