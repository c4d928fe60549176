import { X509Certificate } from 'node:crypto';
import type { CertsConfig } from './config.js';
import { describe, descriptionLines, pinOf } from './describe.js';
import { bundle, writeFiles } from './files.js';
import { issueLeaf, issueRoot, issueTlsCa, randomSerial, validFor, type Authority, type Leaf } from './issue.js';
import { newKey } from './signing-key.js';
import type { Certificate } from './x509.js';

/** Names of the files, the same for every command. */
export const fileNames = { server: 'tokenservice', client: 'tokenclient' } as const;

/** The leaf that the flags describe. */
export const leafOf = (config: CertsConfig, which: 'server' | 'client', serial: bigint): Leaf =>
  which === 'server'
    ? { usage: 'server', commonName: (config.serverNames[0] ?? '').slice(0, 64), names: config.serverNames, serial }
    : { usage: 'client', commonName: config.clientName, names: config.clientNames, serial };

/**
 * Makes root, TLS CA, a spare TLS CA under the same root, and one leaf for each party, and writes them to `config.out`.
 * @returns what to tell the person; no key is in it
 * @throws AppError CONFIG_INVALID as writeFiles does
 */
export async function makeChain(config: CertsConfig, now: Date): Promise<readonly string[]> {
  const forYears = validFor(config.caDays, now.getTime());
  const rootKey = await newKey();
  const root: Authority = { certificate: await issueRoot('TokenService Root CA', rootKey, forYears), key: rootKey };
  const authorityBelow = async (commonName: string): Promise<Authority> => {
    const key = await newKey();
    return { certificate: await issueTlsCa(commonName, key, root, forYears), key };
  };
  const tlsCa = await authorityBelow('TokenService TLS CA');
  const spare = await authorityBelow('TokenService spare TLS CA');
  const issue = async (leaf: Leaf): Promise<Authority> => {
    const key = await newKey();
    return { certificate: await issueLeaf(leaf, key.pair.publicKey, tlsCa, validFor(config.days, now.getTime())), key };
  };
  const server = await issue(leafOf(config, 'server', randomSerial()));
  const client = config.serverOnly ? undefined : await issue(leafOf(config, 'client', config.clientSerial));
  const files = {
    'root-ca.key': root.key.pem,
    'tls-ca.key': tlsCa.key.pem,
    'tls-ca.crt': bundle(tlsCa.certificate, root.certificate),
    'spare-ca.key': spare.key.pem,
    'spare-ca.crt': bundle(spare.certificate, root.certificate),
    ...filesOf(fileNames.server, server, tlsCa),
    ...(client === undefined ? {} : filesOf(fileNames.client, client, tlsCa)),
  };
  writeFiles(config.out, files, config.force);
  const issued = { root, 'TLS CA': tlsCa, 'spare TLS CA': spare, server, ...(client === undefined ? {} : { client }) };
  return [
    ...Object.entries(issued).flatMap(([title, { certificate }]) => descriptionLines(title, describe(parsed(certificate), now, 0))),
    `written to ${config.out}: ${Object.keys(files).join(', ')}`,
    `the client pins the CA and its spare:  --tlsServerPin ${pinOf(parsed(tlsCa.certificate))} --tlsServerPin ${pinOf(parsed(spare.certificate))}`,
    ...(client === undefined ? [] : [approvalLine(client.certificate)]),
    'keep root-ca.key, tls-ca.key and spare-ca.key away from servers; the root is not needed again until a CA has to be replaced',
  ];
}

const filesOf = (name: string, leaf: Authority, by: Authority): Readonly<Record<string, string>> => ({
  [`${name}.crt`]: bundle(leaf.certificate, by.certificate),
  [`${name}.key`]: leaf.key.pem,
});

/** What Alice gives the provisioner so that exactly this client certificate is approved. */
export function approvalLine(client: Certificate): string {
  const { serialDecimal, fingerprintSha256 } = describe(parsed(client), new Date(), 0);
  return `Alice approves the client:  --peerSerialNumber ${serialDecimal} --peerCertificateSha256 ${fingerprintSha256}`;
}

/** The certificate as Node reads it: what is printed is what was written, not what was meant. */
export const parsed = (certificate: Certificate): X509Certificate => new X509Certificate(Buffer.from(certificate.rawData));
