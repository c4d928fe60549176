import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, messageOf } from '../base/index.js';
import type { Certificate } from './x509.js';

/** A file of certificates or keys is a few kilobytes; more is not read. */
const maxFileBytes = 256 * 1024;

/**
 * Writes all files into a directory that only its owner may enter: keys (`*.key`) with mode 0600, the rest with 0644. Nothing
 * is written when one of them is there already, unless `replace`.
 * @throws AppError CONFIG_INVALID when a file is there, or the directory is open to other users
 */
export function writeFiles(directory: string, files: Readonly<Record<string, string>>, replace: boolean): void {
  for (const name of Object.keys(files)) {
    if (!replace && existsSync(join(directory, name))) {
      throw new AppError('CONFIG_INVALID', `${join(directory, name)} is there already; choose another --out, or replace it with --force`);
    }
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if ((statSync(directory).mode & 0o077) !== 0) {
    throw new AppError('CONFIG_INVALID', `${directory} is open to other users and keys go there; chmod 700 it, or choose another --out`);
  }
  for (const [name, text] of Object.entries(files)) {
    const mode = name.endsWith('.key') ? 0o600 : 0o644;
    writeFileSync(join(directory, name), text, { mode });
    chmodSync(join(directory, name), mode);
  }
}

/** The bytes of a file. @throws AppError CONFIG_INVALID when it cannot be read, or is too large to be what it should be */
export function readInput(path: string): Buffer {
  try {
    if (statSync(path).size > maxFileBytes) throw new AppError('CONFIG_INVALID', `${path} is larger than ${maxFileBytes} bytes`);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('CONFIG_INVALID', `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** The PEM blocks of one kind, in order. Text around them is allowed (RFC 7468 section 2). */
export const pemBlocks = (text: string, label: 'CERTIFICATE' | 'CERTIFICATE REQUEST'): readonly string[] =>
  text.match(new RegExp(`-----BEGIN ${label}-----[^-]{1,100000}-----END ${label}-----`, 'g')) ?? [];

/** PEM of certificates one after another, as TLS wants a chain: the leaf first. */
export const bundle = (...certificates: readonly Certificate[]): string =>
  certificates.map((certificate) => `${certificate.toString('pem')}\n`).join('');
