import type { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../base/index.js';
import { approvalLine, fileNames, leafOf, parsed } from './chain.js';
import type { CertsConfig } from './config.js';
import { describe, descriptionLines, readCertificates } from './describe.js';
import { bundle, readInput, writeFiles } from './files.js';
import { issueLeaf, randomSerial, validFor, type Authority, type Leaf } from './issue.js';
import { makeRequest, readRequest } from './request.js';
import { newKey, readKey, type SigningKey } from './signing-key.js';
import { Certificate } from './x509.js';

/** Makes a key that stays here and a request to send to the party that has the CA. */
export async function request(config: CertsConfig): Promise<readonly string[]> {
  const { which, out, force } = config;
  const key = await newKey();
  const { commonName, names } = leafOf(config, which, randomSerial());
  const name = fileNames[which];
  writeFiles(out, { [`${name}.key`]: key.pem, [`${name}.csr`]: await makeRequest(key, commonName, names) }, force);
  return [`written to ${out}: ${name}.key (keep it), ${name}.csr (send it to the party that has the CA; it grants it with "sign")`];
}

/**
 * Grants a request of the other party: its key gets a certificate with the names and serial number of *our* flags. What the
 * request asks for is shown and not taken.
 */
export async function sign(config: CertsConfig, now: Date): Promise<readonly string[]> {
  const { which, out, force } = config;
  if (existsSync(join(out, `${fileNames[which]}.key`))) {
    throw new AppError('CONFIG_INVALID', `${join(out, `${fileNames[which]}.key`)} belongs to another certificate; move it away first`);
  }
  const asked = await readRequest(readInput(config.request).toString('utf8'), config.request);
  const by = await readAuthority(config);
  const leaf = leafOf(config, which, which === 'client' ? config.clientSerial : randomSerial());
  const certificate = await issueLeaf(leaf, asked.publicKey, by, validFor(config.days, now.getTime()));
  writeFiles(out, { [`${fileNames[which]}.crt`]: bundle(certificate, by.certificate) }, force);
  const wishes = asked.names.length === 0 ? '' : ` with the names ${asked.names.join(', ')}`;
  return [
    `the request asked for ${asked.subject}${wishes}; the certificate has what your flags say:`,
    ...told(which, certificate, now),
    `written to ${out}: ${fileNames[which]}.crt; send it back with tls-ca.crt`,
  ];
}

/**
 * Replaces a leaf in `out` by one with a new key and the same names, issued by the same CA or its spare. The trust anchor
 * stays, and a client that pins the CA and its spare goes on without being touched.
 */
export async function renew(config: CertsConfig, now: Date): Promise<readonly string[]> {
  const { which, out } = config;
  const file = join(out, `${fileNames[which]}.crt`);
  const [old] = readCertificates(readInput(file).toString('utf8'), file);
  if (old === undefined) throw new AppError('INTERNAL', `${file} has no first certificate`);
  const by = await readAuthority(config);
  const key = await newKey();
  const serial = which === 'client' && config.isSerialGiven ? config.clientSerial : randomSerial();
  const certificate = await issueLeaf(sameNames(old, which, serial, file), key.pair.publicKey, by, validFor(config.days, now.getTime()));
  writeFiles(out, { [`${fileNames[which]}.crt`]: bundle(certificate, by.certificate), [`${fileNames[which]}.key`]: key.pem }, true);
  return [...told(which, certificate, now), `replaced in ${out}: ${fileNames[which]}.crt, ${fileNames[which]}.key`];
}

/** The CA that issues: its first certificate and its key. @throws AppError CONFIG_INVALID when they do not belong together */
async function readAuthority({ out, useSpare }: CertsConfig): Promise<Authority> {
  const name = join(out, useSpare ? 'spare-ca' : 'tls-ca');
  const [certificate] = readCertificates(readInput(`${name}.crt`).toString('utf8'), `${name}.crt`);
  const pem = readInput(`${name}.key`);
  const key: SigningKey = await readKey(pem, `${name}.key`);
  if (certificate?.ca !== true) throw new AppError('CONFIG_INVALID', `the first certificate of ${name}.crt is no CA`);
  if (!certificate.checkPrivateKey(key.keyObject)) throw new AppError('CONFIG_INVALID', `${name}.key is not the key of ${name}.crt`);
  return { certificate: new Certificate(certificate.raw), key };
}

/** The names of a leaf that is being replaced, read strictly: kinds that we do not issue are not carried over in silence. */
function sameNames(old: X509Certificate, which: 'server' | 'client', serial: bigint, file: string): Leaf {
  const commonName = /(?:^|\n)CN=([A-Za-z0-9._@-]{1,64})$/.exec(old.subject)?.[1];
  const names = (old.subjectAltName ?? '').split(', ').filter((name) => name !== '');
  const values = names.map((name) => /^(?:DNS|IP Address|URI):([A-Za-z0-9._:/~-]+)$/.exec(name)?.[1]);
  if (commonName === undefined || values.some((value) => value === undefined)) {
    throw new AppError('CONFIG_INVALID', `${file} has names that this tool does not issue; use "request" and "sign"`);
  }
  return { usage: which, commonName, names: values.filter((value) => value !== undefined), serial };
}

const told = (which: 'server' | 'client', certificate: Certificate, now: Date): readonly string[] => [
  ...descriptionLines(which, describe(parsed(certificate), now, 0)),
  ...(which === 'client'
    ? [approvalLine(certificate)]
    : ['the server takes a changed file within seconds, a new version in Secret Manager on SIGHUP; no VM is touched']),
];
