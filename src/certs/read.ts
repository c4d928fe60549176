import { join } from 'node:path';
import { AppError } from '../base/index.js';
import type { CertsConfig } from './config.js';
import { describe, descriptionLines, readCertificates } from './describe.js';
import { readInput, writeFiles } from './files.js';

/** What a command has to say, and whether it found a problem. */
export interface Report {
  readonly lines: readonly string[];
  readonly ok: boolean;
}

/** Describes every certificate of the files; a problem (expired, too few days left, a weak key) makes it not ok. */
export function inspect({ files, minDays, json }: CertsConfig, now: Date): Report {
  const all = files.flatMap((file) =>
    readCertificates(readInput(file).toString('utf8'), file).map((certificate, at) => ({
      file,
      at: at + 1,
      ...describe(certificate, now, minDays),
    })),
  );
  const ok = all.every(({ problems }) => problems.length === 0);
  if (json) return { lines: [JSON.stringify({ ok, certificates: all })], ok };
  return { lines: all.flatMap((about) => descriptionLines(`${about.file} (${about.at})`, about)), ok };
}

/**
 * Writes one trust file, `tls-ca.crt`, with the CA certificates of several: while an old and a new CA are both in use, what
 * reads it trusts leaves of either.
 * @throws AppError CONFIG_INVALID for a certificate that is no CA
 */
export function joinAuthorities({ files, out, force }: CertsConfig): readonly string[] {
  const blocks = new Map<string, string>();
  for (const file of files) {
    for (const certificate of readCertificates(readInput(file).toString('utf8'), file)) {
      if (!certificate.ca) throw new AppError('CONFIG_INVALID', `${file} holds a certificate that is no CA; a trust file must not`);
      blocks.set(certificate.fingerprint256, certificate.toString());
    }
  }
  writeFiles(out, { 'tls-ca.crt': [...blocks.values()].join('') }, force);
  return [`written to ${join(out, 'tls-ca.crt')}: ${blocks.size} CA certificates`];
}
