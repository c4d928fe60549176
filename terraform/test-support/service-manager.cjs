// Does systemd read the units of test/golden/cloud-config as they are meant? systemd-analyze names keys that it does not know.
const { spawnSync } = require('node:child_process');
const { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { parse } = require('yaml');

const golden = join(__dirname, '../../test/golden/cloud-config');

/** The service that a cloud-config writes. Programs of Container-Optimized OS are not on this machine: another stands for them. */
function unitOf(script) {
  const { path, content } = parse(script, { version: '1.1' }).write_files.find((file) => file.path.endsWith('.service'));
  return [path.slice(path.lastIndexOf('/') + 1), content.replace(/=(-?)\/usr\/bin\/docker\S*/g, '=$1/bin/true')];
}

/** What systemd has against the units, one line each; undefined where systemd-analyze is missing. */
function findUnitTroubles() {
  const troubles = [];
  for (const name of readdirSync(golden).filter((file) => file.endsWith('.yaml'))) {
    const folder = mkdtempSync(join(tmpdir(), 'units-'));
    try {
      const [unit, content] = unitOf(readFileSync(join(golden, name), 'utf8'));
      writeFileSync(join(folder, unit), content);
      writeFileSync(join(folder, 'docker.service'), '[Service]\nExecStart=/bin/true\n');
      writeFileSync(join(folder, 'gcr-online.target'), '[Unit]\nDescription=online\n');
      const { error, status, stderr } = spawnSync('systemd-analyze', ['verify', join(folder, unit)], { encoding: 'utf8' });
      if (error !== undefined) return undefined;
      if (status !== 0 || stderr.includes(unit)) troubles.push(`${name}: ${stderr.trim()}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return troubles;
}

module.exports = { findUnitTroubles };
