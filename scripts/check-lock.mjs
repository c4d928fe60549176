// Is package-lock.json complete? `npm install` leaves out optional binaries that its registry lacks, and `npm ci` then
// refuses the lock on another machine. This names every optional dependency that no entry of the lock stands for.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const lock = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package-lock.json'), 'utf8'));
const entries = lock.packages;

// Node's own resolution: the package's node_modules, then each folder above it.
function isThere(path, name) {
  const folders = path.split('/node_modules/').map((_, depth, parts) => parts.slice(0, depth + 1).join('/node_modules/'));
  return ['', ...folders].some((folder) => `${folder === '' ? '' : `${folder}/`}node_modules/${name}` in entries);
}

const missing = Object.entries(entries).flatMap(([path, entry]) =>
  Object.keys(entry.optionalDependencies ?? {})
    .filter((name) => !isThere(path, name))
    .map((name) => `${name} (wanted by ${path || 'the project'})`),
);
const unpinned = Object.entries({ ...entries[''].dependencies, ...entries[''].devDependencies }).filter(([, range]) => !/^\d/.test(range));
if (missing.length > 0 || unpinned.length > 0) {
  console.error(
    [...missing.map((line) => `missing from the lock: ${line}`), ...unpinned.map(([name, range]) => `not pinned: ${name} ${range}`)].join(
      '\n',
    ),
  );
  process.exit(1);
}
console.log(`lock is complete: ${Object.keys(entries).length - 1} packages`);
