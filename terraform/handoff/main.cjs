// npm run handoff -- alice|bob            what this party's terraform knows, as a file for the other party, with a checklist
//   --from FILE     `terraform output -json` from a file, - for standard input; without it terraform is asked
//   --out FILE      where to (from-PARTY.auto.tfvars.json here)
//   --include-vpn-key   alice: also TF_VAR_vpn_key
// npm run handoff -- alice|bob --accept FILE   checks the file of the other party and puts it beside this party's terraform
const { execFileSync } = require('node:child_process');
const { openSync, readSync, closeSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { parseArgs } = require('node:util');
const { checklist } = require('./checklist.cjs');
const { readOutputs, readFileOf, Refusal } = require('./read.cjs');
const { tables, other, vpnKey, problemOf } = require('./table.cjs');

const root = join(__dirname, '..');

/** At most a little more than is allowed, so that the reader refuses what is longer. */
function readBounded(path) {
  const buffer = Buffer.alloc(64 * 1024 + 1);
  const file = path === '-' ? 0 : openSync(path, 'r');
  let length = 0;
  for (let got = -1; got !== 0 && length < buffer.length; length += got) got = readSync(file, buffer, length, buffer.length - length, null);
  if (path !== '-') closeSync(file);
  return buffer.toString('utf8', 0, length);
}

const askTerraform = (party) => execFileSync('terraform', [`-chdir=${join(root, party)}`, 'output', '-json'], { encoding: 'utf8' });

function write(path, entries) {
  writeFileSync(path, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`, { mode: 0o600 });
}

function tell(party, { from, out, 'include-vpn-key': withKey }) {
  const values = readOutputs(party, from === undefined ? askTerraform(party) : readBounded(from));
  if (withKey) {
    const key = process.env['TF_VAR_vpn_key'];
    if (party !== 'alice') throw new Refusal('--include-vpn-key is for alice: she makes the key');
    if (key === undefined || problemOf(vpnKey, key) !== undefined) throw new Refusal('TF_VAR_vpn_key is not set, or is no key');
    values.set('vpn_key', key);
  }
  const path = out ?? `from-${party}.auto.tfvars.json`;
  const shown = new Set(tables[party].filter(({ isShown }) => isShown).map(({ name }) => name));
  write(
    path,
    [...values].filter(([name]) => !shown.has(name)),
  );
  return `${checklist(party, values)}\n\nwritten: ${path}`;
}

function accept(party, { accept: path, out }) {
  const sender = other[party];
  const values = readFileOf(sender, readBounded(path));
  const target = out ?? join(root, party, `from-${sender}.auto.tfvars.json`);
  write(target, values);
  return `${checklist(sender, values)}\n\nwritten: ${target}\nCompare it with what ${sender === 'alice' ? 'she' : 'he'} told you another way, then: terraform apply`;
}

const options = {
  from: { type: 'string' },
  out: { type: 'string' },
  accept: { type: 'string' },
  'include-vpn-key': { type: 'boolean', default: false },
};

function run(args) {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const [party, ...rest] = positionals;
  if (!Object.hasOwn(tables, party ?? '') || rest.length > 0) throw new Refusal('say alice or bob: who are you?');
  if (values.accept === undefined) return tell(party, values);
  if (values.from !== undefined || values['include-vpn-key']) throw new Refusal('--accept takes --out only');
  return accept(party, values);
}

try {
  console.log(run(process.argv.slice(2)));
} catch (error) {
  const isOurs = error instanceof Refusal || /^ERR_PARSE_ARGS/.test(error.code ?? '');
  console.error(`handoff: ${isOurs ? error.message : `${error.code ?? 'failed'}: ${String(error.message).split('\n')[0]}`}`);
  process.exitCode = isOurs ? 2 : 1;
}
