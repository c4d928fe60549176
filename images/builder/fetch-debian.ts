import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DebianPackage } from './base-lock.js';
import { ImageError } from './failure.js';

/** Where packages may come from. Whatever the place, only bytes with the SHA-256 of the lock are taken. */
export interface DebianSources {
  /** Keeps what was fetched. */
  readonly cache: string;
  /** Address of a mirror, or of a day in Debian's snapshot archive; without one, this machine's apt is asked. */
  readonly mirror: string | undefined;
}

/** The bytes of a .deb file. @throws ImageError when no source has exactly this file */
export async function fetchDebian(wanted: DebianPackage, { cache, mirror }: DebianSources): Promise<Buffer> {
  const kept = join(cache, wanted.pool.slice(wanted.pool.lastIndexOf('/') + 1));
  if (existsSync(kept) && matches(readFileSync(kept), wanted)) return readFileSync(kept);
  const bytes = mirror === undefined ? fromApt(wanted) : await fromMirror(wanted, mirror);
  if (!matches(bytes, wanted)) throw unavailable(wanted, 'another file has that name: its SHA-256 differs');
  mkdirSync(cache, { recursive: true });
  writeFileSync(kept, bytes);
  return bytes;
}

const matches = (bytes: Buffer, { sha256 }: DebianPackage): boolean => createHash('sha256').update(bytes).digest('hex') === sha256;

const unavailable = ({ name, version }: DebianPackage, why: string): ImageError =>
  new ImageError(
    `${name} ${version} of images/base.lock.json cannot be had (${why}): set IMAGE_DEBIAN_MIRROR to a mirror or a snapshot that has it, ` +
      'or choose a newer version in the lock, which changes the digests',
  );

async function fromMirror(wanted: DebianPackage, mirror: string): Promise<Buffer> {
  try {
    const answer = await fetch(`${mirror.replace(/\/$/, '')}/${wanted.pool}`);
    if (answer.ok) return Buffer.from(await answer.arrayBuffer());
    throw unavailable(wanted, `the mirror answers ${answer.status}`);
  } catch (error) {
    throw error instanceof ImageError ? error : unavailable(wanted, 'the mirror cannot be reached');
  }
}

/** A machine that never asked for package lists has none: then root fetches them, once. */
function fromApt(wanted: DebianPackage): Buffer {
  const directory = mkdtempSync(join(tmpdir(), 'debian-'));
  const download = (): boolean => runs('apt-get', ['-qq', 'download', `${wanted.name}=${wanted.version}`], directory);
  try {
    if (!download() && !(runs('apt-get', ['-qq', 'update'], directory) && download())) {
      throw unavailable(wanted, 'apt-get download does not find it');
    }
    return readFileSync(join(directory, wanted.pool.slice(wanted.pool.lastIndexOf('/') + 1)));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function runs(command: string, args: readonly string[], cwd: string): boolean {
  try {
    execFileSync(command, args, { cwd, stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}
