// What terraform makes, as files that tests read where there is no terraform: test/golden/cloud-config has what the module renders,
// test/golden/terraform the machines that the roots plan, in each run of their tests/variations.tftest.hcl.
const { createHash } = require('node:crypto');
const { existsSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const golden = join(__dirname, '../../test/golden');

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

/** The lines of `terraform test -json -verbose` of a root -> name of a file -> its machines, by the run that plans them. */
function machineFiles(name, lines) {
  const runs = lines
    .filter((line) => line.type === 'test_plan' && line['@testfile'] === 'tests/variations.tftest.hcl')
    .map((line) => [line['@testrun'], line.test_plan.resource_changes.flatMap(({ type, change }) => machineOf(type, change.after ?? {}))])
    .filter(([, machines]) => machines.length > 0);
  return new Map([[`${name}.json`, `${JSON.stringify(Object.fromEntries(runs), null, 2)}\n`]]);
}

/** What the root says of a machine; what the cloud would answer is made up, and left out. */
function machineOf(type, after) {
  if (!/^google_compute_(?:instance|region_instance_template)$/.test(type)) return [];
  const { 'user-data': script, ...metadata } = after.metadata;
  const [, image, words] = /\n {6}(\S+@sha256:[0-9a-f]{64})((?: \\\n {6}.+)+)\n {4}ExecStop/.exec(script);
  const [network] = after.network_interface;
  return [
    {
      type,
      machineType: after.machine_type,
      confidential: after.confidential_instance_config.map((block) => block.confidential_instance_type),
      onHostMaintenance: after.scheduling[0].on_host_maintenance,
      shielded: after.shielded_instance_config[0],
      externalAddresses: network.access_config.length,
      metadata,
      image,
      arguments: words.split(/ \\\n {6}/).slice(1),
      userDataSha256: createHash('sha256').update(script).digest('base64'),
    },
  ];
}

/** Names of the files of a folder of test/golden that are not as terraform makes them; with `update` they are written first. */
function differences(folder, files, update) {
  const path = (name) => join(golden, folder, name);
  if (update) {
    mkdirSync(join(golden, folder), { recursive: true });
    for (const [name, text] of files) writeFileSync(path(name), text);
  }
  const isSame = ([name, text]) => existsSync(path(name)) && readFileSync(path(name), 'utf8') === text;
  return [...files].filter((file) => !isSame(file)).map(([name]) => `${folder}/${name}`);
}

module.exports = { goldenFiles, machineFiles, differences };
