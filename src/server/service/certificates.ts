import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { AppError, Secret } from '../../base/index.js';
import type { SecretManager } from '../../gcp/index.js';
import { spkiSha256 } from '../../wire/index.js';
import type { TlsSources } from '../config.js';
import { systemCode } from '../system-error.js';

/** What the listener presents, checked: it parses, belongs together and is valid today. */
export interface TlsMaterial {
  /** PEM, leaf first. */
  readonly certificateChain: string;
  /** PEM. */
  readonly key: Secret;
  /** PEM of the authorities for client certificates; undefined: none are asked for. */
  readonly clientAuthorities: string | undefined;
  readonly notAfter: Date;
  /** Of the leaf: 32 bytes. */
  readonly serverSpkiSha256: Buffer;
}

/**
 * Reads certificate, key and client authorities from files or Secret Manager.
 * @throws AppError CONFIG_INVALID, one line that names flag and file: unreadable, not PEM, key of another certificate,
 * expired, not valid yet, an authority that is none. Errors of Secret Manager go up as they are.
 */
export async function loadTlsMaterial(sources: TlsSources, secretManager: () => SecretManager, now: Date): Promise<TlsMaterial> {
  const read = sources.from === 'files' ? readPemFile : (_flag: string, name: string) => readSecret(secretManager(), name);
  const chain = (await read('tlsCert', sources.certificate)).expose().toString('latin1');
  const key = await read('tlsKey', sources.key);
  const leaf = certificatesIn('tlsCert', sources.certificate, chain)[0];
  if (leaf === undefined) throw invalid('tlsCert', sources.certificate, 'holds no certificate in PEM form');
  if (!leaf.checkPrivateKey(privateKeyOf(sources.key, key))) {
    throw invalid('tlsKey', sources.key, `is not the key of the certificate in ${sources.certificate}`);
  }
  checkDates('tlsCert', sources.certificate, leaf, now);
  return {
    certificateChain: chain,
    key,
    clientAuthorities: sources.clientAuthorities === undefined ? undefined : await readAuthorities(read, sources.clientAuthorities),
    notAfter: new Date(leaf.validTo),
    serverSpkiSha256: spkiSha256(leaf.raw),
  };
}

type ReadPem = (flag: string, name: string) => Promise<Secret>;

const readPemFile: ReadPem = async (flag, file) => {
  try {
    return new Secret(await readFile(file));
  } catch (cause) {
    throw invalid(flag, file, `cannot be read (${systemCode(cause)})`, cause);
  }
};

const readSecret = async (secretManager: SecretManager, name: string): Promise<Secret> => (await secretManager.access(name)).value;

async function readAuthorities(read: ReadPem, name: string): Promise<string> {
  const pem = (await read('tlsCertChain', name)).expose().toString('latin1');
  const certificates = certificatesIn('tlsCertChain', name, pem);
  if (certificates.length === 0) throw invalid('tlsCertChain', name, 'holds no certificate in PEM form');
  if (!certificates.every((certificate) => certificate.ca)) throw invalid('tlsCertChain', name, 'holds a certificate that is no authority');
  return pem;
}

function certificatesIn(flag: string, name: string, pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch (cause) {
    throw invalid(flag, name, 'holds a certificate that does not parse', cause);
  }
}

function privateKeyOf(name: string, pem: Secret): KeyObject {
  try {
    return createPrivateKey(pem.expose());
  } catch {
    // The parser's own error is left out: it may quote its input.
    throw invalid('tlsKey', name, 'holds no unencrypted private key in PEM form');
  }
}

function checkDates(flag: string, name: string, { validFrom, validTo }: X509Certificate, now: Date): void {
  if (now.getTime() >= Date.parse(validTo)) throw invalid(flag, name, `expired on ${validTo}: make a new one`);
  if (now.getTime() < Date.parse(validFrom)) throw invalid(flag, name, `is not valid before ${validFrom}: check the clock of this machine`);
}

const invalid = (flag: string, name: string, what: string, cause?: unknown): AppError =>
  new AppError('CONFIG_INVALID', `--${flag}: ${name} ${what}`, { cause });
