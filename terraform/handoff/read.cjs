// Reads what terraform printed, and what the other party sent. Both are bounded and checked against the table.
const { tables, vpnKey, problemOf } = require('./table.cjs');

const maxBytes = 64 * 1024;

class Refusal extends Error {}

function parseObject(text, what) {
  if (Buffer.byteLength(text) > maxBytes) throw new Refusal(`${what} is longer than ${maxBytes} bytes`);
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal(`${what} is not JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Refusal(`${what} is no JSON object`);
  return new Map(Object.entries(value));
}

function checked(rows, values) {
  const problems = rows.flatMap((row) => (values.has(row.name) ? (problemOf(row, values.get(row.name)) ?? []) : []));
  if (problems.length > 0) throw new Refusal(problems.join('\n'));
  return new Map(rows.filter(({ name }) => values.has(name)).map(({ name }) => [name, values.get(name)]));
}

/** The values of one party out of `terraform output -json`. Outputs that are null are not there; sensitive ones are never taken. */
function readOutputs(party, text) {
  const outputs = parseObject(text, 'the output of terraform');
  const values = new Map();
  for (const { name } of tables[party]) {
    const output = outputs.get(name);
    const isThere = output?.value !== undefined && output.value !== null && !(Array.isArray(output.value) && output.value.length === 0);
    if (isThere && output.sensitive !== true) values.set(name, output.value);
  }
  if (values.size === 0) throw new Refusal(`this is not the output of terraform/${party}: it has none of its names`);
  return checked(tables[party], values);
}

/** The file that `sender` sent. Any name beyond the table is refused: as a tfvars file it could set whatever the receiver's terraform has. */
function readFileOf(sender, text) {
  const values = parseObject(text, `the file of ${sender}`);
  const rows = [...tables[sender].filter(({ isShown }) => !isShown), ...(sender === 'alice' ? [vpnKey] : [])];
  const unknown = [...values.keys()].filter((name) => !rows.some((row) => row.name === name));
  if (unknown.length > 0) {
    const names = unknown.map((name) => JSON.stringify(name.slice(0, 60)).replace(/[^\x20-\x7e]/g, '?'));
    throw new Refusal(`names that ${sender} has no business to set: ${names.join(', ')}`);
  }
  if (values.size === 0) throw new Refusal(`the file of ${sender} is empty`);
  return checked(rows, values);
}

module.exports = { readOutputs, readFileOf, Refusal };
