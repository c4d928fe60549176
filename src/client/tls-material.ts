import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { AppError, isAppError, messageOf, Secret } from '../base/index.js';
import type { TlsSources } from './config.js';
import type { Trouble } from './exit-codes.js';

/** PEM bytes for the channel, checked. */
export interface TlsMaterial {
  readonly ca: Buffer;
  readonly client: { readonly certificate: Buffer; readonly key: Secret } | undefined;
}

/** The part of the Secret Manager that is needed here. */
export interface SecretReader {
  access(name: string, signal?: AbortSignal): Promise<{ readonly value: Secret; readonly version: string }>;
}

/**
 * Reads CA, certificate and key from files or the Secret Manager and checks that they can be used today, so that a person
 * reads "this file has expired" instead of a failed handshake.
 * @param secrets asked only when the sources are Secret Manager names.
 * @throws AppError CONFIG_INVALID naming the flag and what is wrong; what the Secret Manager throws, with the flag named.
 */
export async function loadTlsMaterial(sources: TlsSources, secrets: SecretReader, now: Date): Promise<TlsMaterial> {
  const read = (flag: string, source: string): Promise<Secret> =>
    sources.secretManager ? readSecret(secrets, flag, source) : readPemFile(flag, source);
  const ca = (await read('tlsCertChain', sources.caChain)).expose();
  checkCertificates('tlsCertChain', sources.caChain, ca, now);
  if (sources.client === undefined) return { ca, client: undefined };
  const certificate = (await read('tlsClientCert', sources.client.certificate)).expose();
  const leaf = checkCertificates('tlsClientCert', sources.client.certificate, certificate, now);
  const key = await read('tlsClientKey', sources.client.key);
  checkKey(sources.client, key, leaf);
  return { ca, client: { certificate, key } };
}

async function readPemFile(flag: string, path: string): Promise<Secret> {
  try {
    const bytes = await readFile(path);
    const secret = new Secret(bytes);
    bytes.fill(0);
    return secret;
  } catch (error) {
    const why = fileTroubles[String(errorCode(error))] ?? messageOf(error);
    throw new AppError('CONFIG_INVALID', `cannot read --${flag} ${path}: ${why}`, { cause: error });
  }
}

const fileTroubles: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a directory',
};

const errorCode = (error: unknown): unknown => (typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined);

async function readSecret(secrets: SecretReader, flag: string, name: string): Promise<Secret> {
  try {
    return (await secrets.access(name)).value;
  } catch (error) {
    const code = isAppError(error) ? error.code : 'CLOUD_UNAVAILABLE';
    throw new AppError(code, `cannot read --${flag} ${name} from the Secret Manager: ${messageOf(error)}`, { cause: error });
  }
}

const pemCertificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Parses every certificate; the first must be valid now. @returns the first. */
function checkCertificates(flag: string, source: string, pem: Buffer, now: Date): X509Certificate {
  let certificates: readonly X509Certificate[];
  try {
    certificates = (pem.toString('latin1').match(pemCertificate) ?? []).map((block) => new X509Certificate(block));
  } catch (error) {
    throw new AppError('CONFIG_INVALID', `--${flag} ${source} holds a certificate that does not parse: make it anew`, { cause: error });
  }
  const [first] = certificates;
  if (first === undefined)
    throw new AppError('CONFIG_INVALID', `--${flag} ${source} holds no PEM certificate (-----BEGIN CERTIFICATE-----)`);
  if (new Date(first.validTo) < now) {
    throw new AppError(
      'CONFIG_INVALID',
      `the certificate in --${flag} ${source} expired at ${first.validTo}: renew it, if the clock of this machine is right`,
    );
  }
  if (new Date(first.validFrom) > now) {
    throw new AppError(
      'CONFIG_INVALID',
      `the certificate in --${flag} ${source} is valid from ${first.validFrom} on: set the clock of this machine, it says ${now.toISOString()}`,
      { context: { trouble: 'clock' satisfies Trouble } },
    );
  }
  return first;
}

function checkKey(client: { readonly certificate: string; readonly key: string }, pem: Secret, certificate: X509Certificate): void {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem.expose());
  } catch {
    // The library's message is left out: it describes the bytes of a private key.
    throw new AppError('CONFIG_INVALID', `--tlsClientKey ${client.key} holds no private key in PEM that can be used without a password`);
  }
  if (!certificate.checkPrivateKey(key)) {
    throw new AppError(
      'CONFIG_INVALID',
      `--tlsClientKey ${client.key} is not the key of the certificate in --tlsClientCert ${client.certificate}`,
    );
  }
}
