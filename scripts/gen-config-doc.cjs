// Makes docs/config.md from the flag tables of the programs. `node scripts/gen-config-doc.cjs` needs a build (npm run build);
// with --check it writes nothing and fails when the file is not what would be made. Tests of each program compare its part.
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const intro = `# Flags

<!-- Made by scripts/gen-config-doc.cjs from src/<program>/config.ts. Do not edit by hand. -->

The rules are those of Go's flag package: \`-flag\` and \`--flag\` are the same, so are \`--flag=value\` and \`--flag value\`; a
boolean is \`--flag\`, \`--flag=true\` or \`--flag=false\`; \`--\` ends the flags. Unknown flags are refused, with the nearest
known name. "Article" is the default of the Go programs that this project follows, where it differs from ours.
`;

/**
 * Programs in the order of the page. \`flags\` is exported by src/<folder>/config.ts as an array of FlagSpec; \`commands\` names a
 * module that exports \`tpmFlags\`, such arrays by the name of a command.
 */
const programs = [
  { folder: 'server', title: 'tokenserver' },
  { folder: 'client', title: 'tokenclient', commands: 'tpm-cli/index.js' },
  { folder: 'provisioner', title: 'provisioner' },
];

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
const row = (cells) => `| ${cells.map(cell).join(' | ')} |`;
const code = (value) => (value === undefined ? '' : `\`${value}\``);

function meaning(spec) {
  if (spec.refused !== undefined) return `Refused: ${spec.refused}`;
  if (spec.ignored !== undefined) return `Ignored: ${spec.ignored}`;
  return spec.why === undefined ? spec.doc : `${spec.doc}. Why not as in the article: ${spec.why}`;
}

/** One program's part of the page. @param flags its table, FlagSpec[]. */
function renderFlags(title, flags) {
  const rows = flags.map((spec) =>
    row([
      [spec.name, ...(spec.aliases ?? [])].map((name) => `\`--${name}\``).join(', '),
      spec.repeated === true ? `${spec.kind}, repeated` : spec.kind,
      code(spec.default),
      code(spec.articleDefault),
      meaning(spec),
    ]),
  );
  return `\n## ${title}\n\n${[row(['Flag', 'Kind', 'Default', 'Article', 'Meaning']), '| --- | --- | --- | --- | --- |', ...rows].join('\n')}\n`;
}

function main(args) {
  const file = join(__dirname, '../docs/config.md');
  const sections = programs.flatMap(({ folder, title, commands }) => {
    const { flags } = require(join(__dirname, '../dist', folder, 'config.js'));
    const { tpmFlags } = commands === undefined ? { tpmFlags: [] } : require(join(__dirname, '../dist', folder, commands));
    return [renderFlags(title, flags), ...[...tpmFlags].map(([name, table]) => renderFlags(`${title} tpm ${name}`, table))];
  });
  const made = intro + sections.join('');
  if (!args.includes('--check')) {
    writeFileSync(file, made);
    return 0;
  }
  if (readFileSync(file, 'utf8') === made) return 0;
  console.error('docs/config.md is out of date: npm run build && node scripts/gen-config-doc.cjs');
  return 1;
}

module.exports = { renderFlags };
if (require.main === module) process.exitCode = main(process.argv.slice(2));
