// Makes a certificate chain for a TokenServer and one TokenClient: root, TLS CA, server leaf, client leaf; ECDSA P-256.
// Keys go to files with mode 0600 in a directory with mode 0700 and nowhere else. See certs/README.md.
import { generateKeyPairSync, createHash, randomBytes, X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { certificate, clientAuth, serverAuth } from './der.mjs';

const usage = `usage: node certs/make-chain.mjs [flags]

  --out DIR             where the files go (default: certs/out); must not hold a chain yet
  --serverName NAME     DNS name in the server's certificate (default: tokenservice.esodemoapp2.com)
  --serverIp ADDRESS    an IP address in it as well; may be repeated
  --clientName NAME     common name of the client's certificate (default: tokenclient)
  --clientSerial N      its serial number, decimal (default: 5); Alice approves exactly this one
  --days N              how long the two leaves are valid (default: 365)
  --caDays N            how long root and TLS CA are valid (default: 3650)
  --force               replace the chain in DIR; everything that trusts the old one stops working
`;

function fail(line) {
  process.stderr.write(`make-chain: ${line}\n`);
  process.exit(2);
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        out: { type: 'string', default: 'certs/out' },
        serverName: { type: 'string', default: 'tokenservice.esodemoapp2.com' },
        serverIp: { type: 'string', multiple: true, default: [] },
        clientName: { type: 'string', default: 'tokenclient' },
        clientSerial: { type: 'string', default: '5' },
        days: { type: 'string', default: '365' },
        caDays: { type: 'string', default: '3650' },
        force: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (error) {
    return fail(`${error.message.split('\n')[0]}; --help lists all flags`);
  }
}

const wholeNumber = (flag, text, max) =>
  /^[1-9][0-9]*$/.test(text) && BigInt(text) <= max ? text : fail(`--${flag} is a whole number from 1 to ${max}, not "${text}"`);

/** Every problem of the command line ends here, before a key exists. */
function checked(values) {
  if (!/^(?=.{1,253}$)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*$/.test(values.serverName))
    fail(`--serverName is a DNS name, not "${values.serverName}"`);
  if (!/^[A-Za-z0-9._@-]{1,64}$/.test(values.clientName))
    fail(`--clientName is 1 to 64 letters, digits, . _ @ -, not "${values.clientName}"`);
  for (const address of values.serverIp) {
    if (isIP(address) === 0 || /[.%].*:|:.*[.%]/.test(address)) fail(`--serverIp is an IP address, not "${address}"`);
  }
  wholeNumber('days', values.days, 20_000n);
  wholeNumber('caDays', values.caDays, 20_000n);
  // RFC 5280 section 4.1.2.2: at most 20 bytes, positive.
  wholeNumber('clientSerial', values.clientSerial, 2n ** 159n - 1n);
  return values;
}

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const randomSerial = () => BigInt(`0x${randomBytes(16).toString('hex')}`) | 1n;
const pem = (der) =>
  `-----BEGIN CERTIFICATE-----\n${der
    .toString('base64')
    .match(/.{1,64}/g)
    .join('\n')}\n-----END CERTIFICATE-----\n`;
const keyPem = (key) => key.export({ type: 'pkcs8', format: 'pem' });

/** All four certificates and keys, in memory. */
function makeChain(options) {
  // Five minutes early: a VM whose clock is a little late still accepts a fresh certificate.
  const notBefore = new Date(Math.floor(Date.now() / 1000) * 1000 - 300_000);
  const after = (days) => new Date(notBefore.getTime() + Number(days) * 86_400_000);
  const root = {
    commonName: 'TokenService Root CA',
    key: newKey(),
    serial: randomSerial(),
    notBefore,
    notAfter: after(options.caDays),
    ca: { pathLength: 1 },
  };
  const tlsCa = { ...root, commonName: 'TokenService TLS CA', key: newKey(), serial: randomSerial(), ca: { pathLength: 0 } };
  const leaf = { notBefore, notAfter: after(options.days) };
  const hosts = [options.serverName, ...options.serverIp];
  const server = { ...leaf, commonName: options.serverName.slice(0, 64), key: newKey(), serial: randomSerial(), usage: serverAuth, hosts };
  const client = { ...leaf, commonName: options.clientName, key: newKey(), serial: BigInt(options.clientSerial), usage: clientAuth };
  const issued = {
    root: certificate(root, root),
    tlsCa: certificate(tlsCa, root),
    server: certificate(server, tlsCa),
    client: certificate(client, tlsCa),
  };
  const files = {
    'root-ca.key': keyPem(root.key),
    'tls-ca.key': keyPem(tlsCa.key),
    'tls-ca.crt': pem(issued.tlsCa) + pem(issued.root),
    'tokenservice.crt': pem(issued.server) + pem(issued.tlsCa),
    'tokenservice.key': keyPem(server.key),
    'tokenclient.crt': pem(issued.client) + pem(issued.tlsCa),
    'tokenclient.key': keyPem(client.key),
  };
  return { issued, files };
}

function writeFiles(directory, files, force) {
  for (const name of Object.keys(files)) {
    if (!force && existsSync(join(directory, name)))
      fail(`${join(directory, name)} is there already; choose another --out, or replace the chain with --force`);
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if ((statSync(directory).mode & 0o077) !== 0)
    fail(`${directory} is open to other users and keys go there; chmod 700 it, or choose another --out`);
  for (const [name, text] of Object.entries(files)) {
    const mode = name.endsWith('.key') ? 0o600 : 0o644;
    writeFileSync(join(directory, name), text, { mode });
    chmodSync(join(directory, name), mode);
  }
}

function describe(title, der) {
  const parsed = new X509Certificate(der);
  const pin = createHash('sha256')
    .update(parsed.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
  const san = parsed.subjectAltName === undefined ? [] : [`  names        ${parsed.subjectAltName}`];
  return [
    `${title}: ${parsed.subject}`,
    ...san,
    `  serial       ${BigInt(`0x${parsed.serialNumber}`)} (0x${parsed.serialNumber.toLowerCase()})`,
    `  valid until  ${parsed.validTo}`,
    `  fingerprint  ${createHash('sha256').update(der).digest('hex')}`,
    `  SPKI pin     sha256/${pin}`,
    '',
  ];
}

const options = checked(readOptions());
if (options.help) {
  process.stdout.write(usage);
} else {
  const { issued, files } = makeChain(options);
  writeFiles(options.out, files, options.force);
  const clientSha256 = createHash('sha256').update(issued.client).digest('hex');
  const caPin = createHash('sha256')
    .update(new X509Certificate(issued.tlsCa).publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
  const lines = [
    ...describe('root', issued.root),
    ...describe('TLS CA', issued.tlsCa),
    ...describe('server', issued.server),
    ...describe('client', issued.client),
    `written to ${options.out}: ${Object.keys(files).join(', ')}`,
    `the client pins the CA:     --tlsServerPin sha256/${caPin}`,
    `Alice approves the client:  --peerSerialNumber ${options.clientSerial} --peerCertificateSha256 ${clientSha256}`,
    'keep root-ca.key and tls-ca.key away from servers; the root is not needed again until the TLS CA expires',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
