import { spawnSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';

const script = join(__dirname, '../../dist/certs/main.js');
let directory: string;

const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
const file = (name: string): string => readFileSync(join(directory, name), 'utf8');
const certificatesOf = (name: string): X509Certificate[] =>
  (file(name).match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map((pem) => new X509Certificate(pem));

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'chain-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** What the server saw of the client, after a mutual handshake on loopback. */
async function handshake(serverName: string, host = '127.0.0.1'): Promise<{ protocol: string | null; serial: string }> {
  const ca = file('tls-ca.crt');
  let seen: (socket: TLSSocket) => void = () => undefined;
  const accepted = new Promise<TLSSocket>((resolve) => {
    seen = resolve;
  });
  const server = createServer(
    {
      ca,
      cert: file('tokenservice.crt'),
      key: file('tokenservice.key'),
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.3',
    },
    (peer) => seen(peer),
  );
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  const socket = connect({ host, port, servername: serverName, ca, cert: file('tokenclient.crt'), key: file('tokenclient.key') });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
    });
    const peer = await accepted;
    return { protocol: peer.getProtocol(), serial: peer.getPeerCertificate().serialNumber };
  } finally {
    socket.destroy();
    server.close();
  }
}

describe('npm run certs', () => {
  it('makes a chain that Node verifies link by link, with the names and the decimal serial that were asked for', () => {
    const result = run(
      '--out',
      directory,
      '--serverName',
      'tokens.test',
      '--serverIp',
      '127.0.0.1',
      '--serverIp',
      '2001:db8::5',
      '--clientSerial',
      '39',
    );
    expect(result).toMatchObject({ status: 0, stderr: '' });
    const [tlsCa, root] = certificatesOf('tls-ca.crt');
    const [server] = certificatesOf('tokenservice.crt');
    const [client] = certificatesOf('tokenclient.crt');
    expect(root!.verify(root!.publicKey)).toBe(true);
    expect(tlsCa!.verify(root!.publicKey)).toBe(true);
    expect([root!.ca, tlsCa!.ca, server!.ca, client!.ca]).toEqual([true, true, false, false]);
    for (const leaf of [server!, client!]) {
      expect(leaf.checkIssued(tlsCa!)).toBe(true);
      expect(leaf.verify(tlsCa!.publicKey)).toBe(true);
      expect(leaf.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    }
    expect(server!.checkHost('tokens.test')).toBe('tokens.test');
    expect(server!.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(server!.checkIP('2001:db8::5')).toBe('2001:db8::5');
    expect(server!.checkHost('other.test')).toBeUndefined();
    expect(client!.serialNumber).toBe('27');
    expect([server!.keyUsage, client!.keyUsage]).toEqual([['1.3.6.1.5.5.7.3.1'], ['1.3.6.1.5.5.7.3.2']]);
  });

  it('completes a mutual TLS 1.3 handshake by name, and the server reads the client serial', async () => {
    await expect(handshake('tokens.test')).resolves.toEqual({ protocol: 'TLSv1.3', serial: '27' });
  });

  it('makes a server certificate that a client looking for another name refuses', async () => {
    await expect(handshake('evil.test')).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  it('is accepted by OpenSSL in strict mode, for the right purpose only', () => {
    const verify = (purpose: string, name: string): number | null =>
      spawnSync('openssl', ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', join(directory, 'tls-ca.crt'), join(directory, name)])
        .status;
    expect(verify('sslserver', 'tokenservice.crt')).toBe(0);
    expect(verify('sslclient', 'tokenclient.crt')).toBe(0);
    expect(verify('sslserver', 'tokenclient.crt')).not.toBe(0);
    expect(verify('sslclient', 'tokenservice.crt')).not.toBe(0);
  });

  it('keeps every key at mode 0600 and never replaces a chain unasked', () => {
    const keys = ['root-ca.key', 'tls-ca.key', 'tokenservice.key', 'tokenclient.key'];
    expect(keys.map((name) => statSync(join(directory, name)).mode & 0o777)).toEqual([0o600, 0o600, 0o600, 0o600]);
    const before = file('tokenservice.key');
    const again = run('--out', directory);
    expect(again.status).toBe(2);
    expect(again.stderr).toContain('--force');
    expect(file('tokenservice.key')).toBe(before);
  });

  it('refuses a directory that other users can read, and leaves it empty', () => {
    const open = mkdtempSync(join(tmpdir(), 'open-'));
    try {
      chmodSync(open, 0o755);
      expect(run('--out', open)).toMatchObject({ status: 2, stdout: '' });
      expect(existsSync(join(open, 'tls-ca.key'))).toBe(false);
    } finally {
      rmSync(open, { recursive: true });
    }
  });

  it('prints the fingerprint of the client and the pin of the TLS CA, and no key', () => {
    const result = run('--out', directory, '--force', '--clientSerial', '255');
    const [client] = certificatesOf('tokenclient.crt');
    const [tlsCa] = certificatesOf('tls-ca.crt');
    const pin = createHash('sha256')
      .update(tlsCa!.publicKey.export({ type: 'spki', format: 'der' }))
      .digest('base64');
    expect(result.stdout).toContain('255 (0xff)');
    expect(result.stdout).toContain(`--peerCertificateSha256 ${client!.fingerprint256.replaceAll(':', '').toLowerCase()}`);
    const [spare] = certificatesOf('spare-ca.crt');
    const sparePin = createHash('sha256')
      .update(spare!.publicKey.export({ type: 'spki', format: 'der' }))
      .digest('base64');
    expect(result.stdout).toContain(`--tlsServerPin sha256/${pin} --tlsServerPin sha256/${sparePin}`);
    expect(result.stdout).not.toContain('PRIVATE KEY');
  });

  it('stops with one line and writes nothing when a flag is wrong', () => {
    const out = join(directory, 'none');
    const result = run('--out', out, '--clientSerial', '0');
    expect(result).toMatchObject({ status: 2, stdout: '' });
    expect(result.stderr.trim().split('\n')).toHaveLength(1);
    expect(existsSync(out)).toBe(false);
  });

  it('writes below certs/out by default, which git ignores', () => {
    expect(readFileSync(join(__dirname, '../../.gitignore'), 'utf8').split('\n')).toContain('/certs/out/');
    expect(run('--help').stdout).toMatch(/default: certs\/out/);
  });
});
