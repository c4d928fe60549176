// Writes terraform/variables.md from the variables of terraform/alice and terraform/bob: name, default and description as they stand there.
const { readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const terraform = join(__dirname, '..', 'terraform');
const target = join(terraform, 'variables.md');

const intro = `# Variables

<!-- Made by scripts/gen-variables-doc.cjs from terraform/alice and terraform/bob. Do not edit by hand. -->

Set them in \`terraform.tfvars\`, or as \`TF_VAR_NAME\` in the environment. "required" has no default.
`;

/** The variables of a party, in the order of files and lines. */
function readVariables(party) {
  const files = readdirSync(join(terraform, party)).filter((name) => /^variables.*\.tf$/.test(name));
  return files.flatMap((name) => {
    const text = readFileSync(join(terraform, party, name), 'utf8');
    return [...text.matchAll(/^variable "([^"]+)" \{\n(.*?)^\}/gms)].map(([, variable, body]) => ({ variable, ...readBody(body) }));
  });
}

function readBody(body) {
  const [, description = ''] = /^ {2}description\s*= "((?:[^"\\]|\\.)*)"/m.exec(body) ?? [];
  const [, value] = /^ {2}default\s*= (.*)$/m.exec(body) ?? [];
  return { description: description.replace(/\\"/g, '"').replace(/\|/g, '\\|'), value };
}

const row =
  (party) =>
  ({ variable, value, description }) =>
    `| \`${variable}\` | ${party} | ${value === undefined ? 'required' : `\`${value}\``} | ${description} |`;

/** The whole file. */
function variablesPage() {
  const rows = ['alice', 'bob'].flatMap((party) => readVariables(party).map(row(party)));
  return `${intro}\n| Variable | Of | Default | Meaning |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

if (require.main === module) writeFileSync(target, variablesPage());

module.exports = { variablesPage };
