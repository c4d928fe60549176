import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BaseLock, DebianPackage } from './base-lock.js';
import { ImageError } from './failure.js';
import { fetchDebian, type DebianSources } from './fetch-debian.js';
import { readTar, type TarEntry } from './tar.js';

/** User and group of both programs, as images/*.Dockerfile says; the group is the one that may open the TPM. */
const nonRoot = 2000;

const file = (path: string, text: string): TarEntry => ({ kind: 'file', path, mode: 0o644, content: Buffer.from(text) });
const directory = (path: string, mode = 0o755): TarEntry => ({ kind: 'directory', path, mode });

/** What a C library and a container engine expect of a root file system: names of users, and places to mount things on. */
const skeleton: readonly TarEntry[] = [
  file('etc/passwd', `root:x:0:0:root:/:/sbin/nologin\nnonroot:x:${nonRoot}:${nonRoot}:nonroot:/nonexistent:/sbin/nologin\n`),
  file('etc/group', `root:x:0:\nnonroot:x:${nonRoot}:\n`),
  file('etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n'),
  ...['dev', 'proc', 'sys', 'run'].map((path) => directory(path)),
  directory('tmp', 0o1777),
];

/**
 * The layer that both images share: the shared objects of a few Debian packages, and Node. No shell, no package manager.
 * @throws ImageError when a source no longer has what images/base.lock.json names
 */
export async function baseEntries(lock: BaseLock, runtime: string, sources: DebianSources): Promise<readonly TarEntry[]> {
  const packages = await Promise.all(lock.debian.packages.map(async (wanted) => entriesOf(wanted, await fetchDebian(wanted, sources))));
  return [...skeleton, ...packages.flat(), ...nodeEntries(lock, runtime, sources.cache)];
}

/** Shared objects, the loader and the copyright file; and the control file where scanners look for it in images without dpkg. */
function entriesOf({ name }: DebianPackage, deb: Buffer): readonly TarEntry[] {
  const wanted = /^(?:(?:usr\/)?lib(?:\/x86_64-linux-gnu)?\/[^/]+\.so[.\d]*|lib64\/[^/]+|usr\/share\/doc\/[^/]+\/copyright)$/;
  const unpacked = mkdtempSync(join(tmpdir(), 'deb-'));
  const path = join(unpacked, 'package.deb');
  try {
    writeFileSync(path, deb);
    const dpkg = (...args: readonly string[]): Buffer => execFileSync('dpkg-deb', args, { maxBuffer: 256 * 1024 * 1024, stdio: 'pipe' });
    const members = readTar(dpkg('--fsys-tarfile', path));
    const isDoc = (entry: TarEntry): boolean => entry.kind === 'symlink' && entry.path === `usr/share/doc/${name}`;
    return [
      ...members.filter((entry) => entry.kind !== 'directory' && (wanted.test(entry.path) || isDoc(entry))),
      { kind: 'file', path: `var/lib/dpkg/status.d/${name}`, mode: 0o644, content: dpkg('--field', path) },
    ];
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new ImageError('dpkg-deb is missing: install the package dpkg');
    throw error;
  } finally {
    rmSync(unpacked, { recursive: true, force: true });
  }
}

/** @param runtime folder with the package.json and package-lock.json that name the binary */
function nodeEntries({ node }: BaseLock, runtime: string, cache: string): readonly TarEntry[] {
  const folder = join(cache, `${node.package}-${node.version}`);
  const installed = join(folder, 'node_modules', node.package);
  const binary = join(installed, 'bin/node');
  const isRight = (): boolean =>
    existsSync(binary) && createHash('sha256').update(readFileSync(binary)).digest('hex') === node.binarySha256;
  if (!isRight()) {
    mkdirSync(folder, { recursive: true });
    for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(runtime, name), join(folder, name));
    // The image is for Linux whatever this machine is; and an image needs no install script to run.
    const flags = ['ci', '--ignore-scripts', '--os=linux', '--cpu=x64', '--no-audit', '--no-fund', '--loglevel=error'];
    try {
      execFileSync('npm', flags, { cwd: folder, stdio: 'pipe' });
    } catch {
      throw new ImageError(`npm cannot install ${node.package} ${node.version} of images/runtime/package-lock.json: is the network there?`);
    }
    if (!isRight()) throw new ImageError(`the binary of ${node.package} ${node.version} is not the one of images/base.lock.json`);
  }
  return [
    { kind: 'file', path: 'nodejs/bin/node', mode: 0o755, content: readFileSync(binary) },
    { kind: 'file', path: 'usr/share/doc/nodejs/copyright', mode: 0o644, content: readFileSync(join(installed, 'LICENSE')) },
  ];
}
