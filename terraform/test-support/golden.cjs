// What the module cloud-config renders, as files that tests read where there is no terraform: test/golden/cloud-config.
const { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const folder = join(__dirname, '../../test/golden/cloud-config');

/** Terraform's `output -json` of variations/ as name of a file -> text. */
function goldenFiles(outputs) {
  const { rendered } = outputs;
  const scripts = Object.entries(rendered.value).map(([name, { metadata }]) => [`${name}.yaml`, metadata['user-data']]);
  const others = Object.entries(rendered.value).map(([name, { metadata, sha256 }]) => [
    name,
    { ...metadata, 'user-data': `${name}.yaml, SHA-256 ${sha256}` },
  ]);
  return new Map([...scripts, ['metadata.json', `${JSON.stringify(Object.fromEntries(others), null, 2)}\n`]]);
}

/** Names of the files that are not as terraform makes them; with `update` they are written first. */
function differences(files, update) {
  if (update) {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of files) writeFileSync(join(folder, name), text);
  }
  const committed = existsSync(folder) ? readdirSync(folder) : [];
  const changed = [...files].filter(([name, text]) => !committed.includes(name) || readFileSync(join(folder, name), 'utf8') !== text);
  return [...changed.map(([name]) => name), ...committed.filter((name) => !files.has(name))];
}

module.exports = { goldenFiles, differences };
