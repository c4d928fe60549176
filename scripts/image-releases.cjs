// The digests of released images: docs/image-digests.json, and the table of docs/images.md that is made from it.
//   node scripts/image-releases.cjs record   after `npm run image` on a clean tree: enters this version, for the commit of HEAD
//   node scripts/image-releases.cjs check    does dist/images agree with what is written down for its version?
//   node scripts/image-releases.cjs show VERSION   its commit, for scripts/verify-image
const { execFileSync } = require('node:child_process');
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
const listFile = join(root, 'docs/image-digests.json');
const docFile = join(root, 'docs/images.md');
// What the images are made from. The documents are not among it: so a commit can say which digests the one before it gives.
const inputs = ['src', 'images', 'package.json', 'package-lock.json', 'tsconfig.json'];

const stop = (why) => {
  console.error(`image-releases: ${why}`);
  process.exit(1);
};
const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
const succeeds = (...args) => {
  try {
    git(...args);
    return true;
  } catch {
    return false;
  }
};
const releases = () => JSON.parse(readFileSync(listFile, 'utf8'));
const releaseOf = (version) => releases().find((release) => release.version === version);

function built() {
  const file = join(root, 'dist/images/digests.json');
  if (!existsSync(file)) stop('nothing is built: npm run image');
  return JSON.parse(readFileSync(file, 'utf8'));
}

const sameDigests = (a, b) => JSON.stringify([a.images, a.bundles]) === JSON.stringify([b.images, b.bundles]);

/** The table of docs/images.md. */
function table(list) {
  const rows = list.map(({ version, commit, images, bundles }) =>
    [
      `### ${version}, commit \`${commit.slice(0, 12)}\``,
      '',
      '| what | SHA-256 |',
      '|---|---|',
      ...Object.entries(images).map(([name, digest]) => `| image ${name} | \`${digest}\` |`),
      ...Object.entries(bundles).map(([name, digest]) => `| bundle ${name} | \`${digest}\` |`),
    ].join('\n'),
  );
  return rows.join('\n\n');
}

const marked = /(<!-- releases -->\n)[\s\S]*?(<!-- end of releases -->)/;

function record() {
  if (git('status', '--porcelain') !== '') stop('commit first: a release is a commit');
  const { version, images, bundles } = built();
  if (releaseOf(version) !== undefined) stop(`${version} is written down already: raise the version in package.json`);
  const list = [{ version, commit: git('rev-parse', 'HEAD'), images, bundles }, ...releases()];
  writeFileSync(listFile, `${JSON.stringify(list, undefined, 2)}\n`);
  writeFileSync(
    docFile,
    readFileSync(docFile, 'utf8').replace(marked, (_, before, after) => `${before}${table(list)}\n${after}`),
  );
  console.log(`${version} is written down; commit docs, and then raise the version in package.json`);
}

function check() {
  const now = built();
  const release = releaseOf(now.version);
  if (release === undefined) {
    console.log(`image-releases: ${now.version} is not released yet: nothing to compare with`);
    return;
  }
  if (!succeeds('cat-file', '-e', release.commit))
    stop(`commit ${release.commit} of ${now.version} is not in this clone: fetch the whole history`);
  if (!succeeds('diff', '--quiet', release.commit, 'HEAD', '--', ...inputs)) {
    stop(`the sources changed after ${now.version} was released: raise the version in package.json`);
  }
  if (!sameDigests(now, release)) stop(`the digests of ${now.version} are not those of docs/images.md: ${JSON.stringify(now)}`);
  console.log(`image-releases: the digests of ${now.version} are those of docs/images.md`);
}

const [what, version] = process.argv.slice(2);
if (what === 'record') record();
else if (what === 'check') check();
else if (what === 'show') console.log((releaseOf(version) ?? stop(`no release ${version}`)).commit);
else stop('say record, check or show VERSION');
