import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/certs/config.js';
import { describe as describeIt } from '../../src/certs/describe.js';

// Everything is asked of the built command, and checked with openssl.
const script = join(__dirname, '../../dist/certs/main.js');
let home: string;
let chain: string;
let goodRequest: Buffer;

const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
const mustRun = (...args: string[]): string => {
  const result = run(...args);
  expect(result).toMatchObject({ status: 0, stderr: '' });
  return result.stdout;
};
const openssl = (...args: string[]): string => execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const verifies = (anchors: string, file: string, purpose: string): boolean =>
  spawnSync('openssl', ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', anchors, '-untrusted', file, file]).status === 0;
const leaf = (file: string): X509Certificate => new X509Certificate(readFileSync(file));
const fresh = (): string => mkdtempSync(join(home, 'd-'));

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'certs-'));
  chain = fresh();
  mustRun('--out', chain, '--serverOnly', '--serverName', 'tokens.test', '--serverIp', '192.0.2.7', '--force');
  const bob = fresh();
  mustRun('request', '--which', 'client', '--out', bob);
  goodRequest = readFileSync(join(bob, 'tokenclient.csr'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('Bob keeps his key: request and sign', () => {
  it("a chain made for the server only has no certificate and no key of the client, nor its key's file", () => {
    expect(existsSync(join(chain, 'tokenservice.crt'))).toBe(true);
    expect(existsSync(join(chain, 'tokenclient.crt')) || existsSync(join(chain, 'tokenclient.key'))).toBe(false);
  });

  it("Alice's CA grants what her flags say, for Bob's key, and says what Bob had asked for", () => {
    const bob = fresh();
    mustRun('request', '--which', 'client', '--out', bob, '--clientName', 'root.example', '--clientUri', 'spiffe://evil.example/x');
    expect(openssl('req', '-in', join(bob, 'tokenclient.csr'), '-noout', '-verify', '-text')).toContain('root.example');
    const told = mustRun(
      ...['sign', '--which', 'client', '--request', join(bob, 'tokenclient.csr'), '--out', chain],
      ...['--clientName', 'bob', '--clientUri', 'spiffe://bob.example/tokenclient', '--clientSerial', '39'],
    );
    expect(told).toContain('CN=root.example');
    expect(told).toContain('spiffe://evil.example/x');
    const granted = leaf(join(chain, 'tokenclient.crt'));
    expect(granted.subject).toBe('CN=bob');
    expect(granted.subjectAltName).toBe('URI:spiffe://bob.example/tokenclient');
    expect(granted.serialNumber).toBe('27');
    expect(told).toContain('--peerSerialNumber 39 --peerCertificateSha256');
    expect(openssl('x509', '-in', join(chain, 'tokenclient.crt'), '-noout', '-pubkey')).toBe(
      openssl('pkey', '-in', join(bob, 'tokenclient.key'), '-pubout'),
    );
    expect(verifies(join(chain, 'tls-ca.crt'), join(chain, 'tokenclient.crt'), 'sslclient')).toBe(true);
    expect(verifies(join(chain, 'tls-ca.crt'), join(chain, 'tokenclient.crt'), 'sslserver')).toBe(false);
  });

  it.each<[string, (file: string) => void]>([
    ['is no request', (file) => writeFileSync(file, 'nonsense')],
    ['is two requests', (file) => writeFileSync(file, readFileSync(file, 'utf8').repeat(2))],
    ['is cut off', (file) => writeFileSync(file, readFileSync(file, 'utf8').replace(/.{8}(?=\n-----END)/, ''))],
    [
      'is signed by another key',
      (file) => {
        const der = Buffer.from(readFileSync(file, 'utf8').replace(/-----[^-]+-----|\s/g, ''), 'base64');
        der.writeUInt8(der.readUInt8(der.length - 1) ^ 1, der.length - 1);
        writeFileSync(file, `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`);
      },
    ],
    [
      'is of a weak key',
      (file) => openssl('req', '-new', '-newkey', 'rsa:1024', '-nodes', '-keyout', `${file}.key`, '-subj', '/CN=x', '-out', file),
    ],
    ['is huge', (file) => writeFileSync(file, 'x'.repeat(300_000))],
  ])('a request that %s is refused in one line, and nothing is written', (_name, spoil) => {
    const [bob, out] = [fresh(), fresh()];
    const file = join(bob, 'tokenclient.csr');
    writeFileSync(file, goodRequest);
    for (const name of ['tls-ca.crt', 'tls-ca.key']) writeFileSync(join(out, name), readFileSync(join(chain, name)), { mode: 0o600 });
    spoil(file);
    const result = run('sign', '--which', 'client', '--request', file, '--out', out);
    expect(result).toMatchObject({ status: 2, stdout: '' });
    expect(result.stderr.trim().split('\n')).toHaveLength(1);
    expect(existsSync(join(out, 'tokenclient.crt'))).toBe(false);
  });

  it('what a request wishes for cannot steer the terminal of the person who reads it', () => {
    const bob = fresh();
    const file = join(bob, 'hostile.csr');
    openssl(
      ...['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', join(bob, 'k'), '-utf8'],
      ...['-subj', '/CN=\u001b[2Jok\u202e', '-out', file],
    );
    const told = mustRun('sign', '--which', 'client', '--request', file, '--out', chain, '--force');
    expect(told).toContain('u{1b}[2Jok');
    expect(told).toContain('u{202e}');
    for (const character of ['\u001b', '\u202e']) expect(told).not.toContain(character);
  });

  it('is not granted next to a key that it does not belong to', () => {
    const out = fresh();
    mustRun('--out', out);
    mustRun('request', '--which', 'client', '--out', join(out, 'bob'));
    const result = run('sign', '--which', 'client', '--request', join(out, 'bob/tokenclient.csr'), '--out', out, '--force');
    expect(result).toMatchObject({ status: 2 });
    expect(result.stderr).toContain('tokenclient.key belongs to another certificate');
  });

  it('needs the key of the CA that signs', () => {
    const [out, other] = [fresh(), fresh()];
    mustRun('--out', other);
    writeFileSync(join(out, 'tls-ca.crt'), readFileSync(join(chain, 'tls-ca.crt')));
    writeFileSync(join(out, 'tls-ca.key'), readFileSync(join(other, 'tls-ca.key')));
    mustRun('request', '--which', 'client', '--out', join(out, 'bob'));
    expect(run('sign', '--which', 'client', '--request', join(out, 'bob/tokenclient.csr'), '--out', out).stderr).toContain(
      'is not the key of',
    );
  });
});

describe('rotation', () => {
  it('a renewed server certificate has a new key and the same names, and the trust file stays', () => {
    const before = leaf(join(chain, 'tokenservice.crt'));
    const anchors = readFileSync(join(chain, 'tls-ca.crt'), 'utf8');
    mustRun('renew', '--which', 'server', '--out', chain, '--days', '90');
    const after = leaf(join(chain, 'tokenservice.crt'));
    expect(after.subjectAltName).toBe('DNS:tokens.test, IP Address:192.0.2.7');
    expect(after.fingerprint256).not.toBe(before.fingerprint256);
    expect(after.publicKey.equals(before.publicKey)).toBe(false);
    expect(verifies(join(chain, 'tls-ca.crt'), join(chain, 'tokenservice.crt'), 'sslserver')).toBe(true);
    expect(readFileSync(join(chain, 'tls-ca.crt'), 'utf8')).toBe(anchors);
  });

  it('by the spare CA: the trust file that everybody has verifies it, and its pin is the second that was printed', () => {
    mustRun('renew', '--which', 'server', '--out', chain, '--useSpare');
    expect(verifies(join(chain, 'tls-ca.crt'), join(chain, 'tokenservice.crt'), 'sslserver')).toBe(true);
    expect(leaf(join(chain, 'tokenservice.crt')).checkIssued(leaf(join(chain, 'spare-ca.crt')))).toBe(true);
  });

  it('while an old and a new root overlap, one trust file verifies leaves of both', () => {
    const [next, both] = [fresh(), fresh()];
    mustRun('--out', next);
    expect(verifies(join(chain, 'tls-ca.crt'), join(next, 'tokenservice.crt'), 'sslserver')).toBe(false);
    mustRun('bundle', '--out', both, join(chain, 'tls-ca.crt'), join(next, 'tls-ca.crt'), join(next, 'tls-ca.crt'));
    for (const made of [chain, next]) expect(verifies(join(both, 'tls-ca.crt'), join(made, 'tokenservice.crt'), 'sslserver')).toBe(true);
    expect(readFileSync(join(both, 'tls-ca.crt'), 'utf8').match(/BEGIN CERTIFICATE/g)).toHaveLength(4);
  });

  it('a leaf does not get into a trust file', () => {
    const out = fresh();
    expect(run('bundle', '--out', out, join(chain, 'tokenservice.crt'))).toMatchObject({ status: 2 });
    expect(existsSync(join(out, 'tls-ca.crt'))).toBe(false);
  });

  it('a certificate with names of a kind that is not issued here is not renewed in silence', () => {
    const out = fresh();
    for (const name of ['tls-ca.crt', 'tls-ca.key']) writeFileSync(join(out, name), readFileSync(join(chain, name)), { mode: 0o600 });
    openssl(
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', join(out, 'k'), '-subj', '/CN=x'],
      ...['-addext', 'subjectAltName=email:a@example.com', '-out', join(out, 'tokenservice.crt')],
    );
    expect(run('renew', '--which', 'server', '--out', out).stderr).toContain('names that this tool does not issue');
  });
});

describe('inspect', () => {
  it('tells of each certificate what openssl tells', () => {
    const file = join(chain, 'tokenservice.crt');
    const { ok, certificates } = JSON.parse(mustRun('inspect', '--json', file)) as { ok: boolean; certificates: Record<string, unknown>[] };
    expect(ok).toBe(true);
    expect(certificates.map(({ use }) => use)).toEqual(['server', 'CA']);
    const serial = openssl('x509', '-in', file, '-noout', '-serial').trim().replace('serial=', '');
    const fingerprint = openssl('x509', '-in', file, '-noout', '-fingerprint', '-sha256').trim().split('=')[1]?.replaceAll(':', '');
    expect(certificates[0]).toMatchObject({
      serialHex: serial.toLowerCase(),
      serialDecimal: BigInt(`0x${serial}`).toString(),
      fingerprintSha256: fingerprint?.toLowerCase(),
      daysLeft: 364,
      problems: [],
    });
  });

  it('a certificate outside its dates, or with too few days left, is a problem', () => {
    const certificate = leaf(join(chain, 'tokenservice.crt'));
    const at = (text: string, ms: number): readonly string[] => describeIt(certificate, new Date(Date.parse(text) + ms), 0).problems;
    expect(at(certificate.validTo, -1)).toEqual([]);
    expect(at(certificate.validTo, 0)).toEqual(['has expired']);
    expect(at(certificate.validFrom, 0)).toEqual([]);
    expect(at(certificate.validFrom, -1)).toEqual(['is not valid yet']);
    const soon = run('inspect', '--minDays', '400', join(chain, 'tokenservice.crt'));
    expect(soon).toMatchObject({ status: 1, stdout: expect.stringContaining('PROBLEM      has 364 days left') });
  });

  it.each([
    [['inspect', 'certs.nowhere'], /cannot be read/],
    [['inspect', 'package.json'], /holds no certificate/],
  ])('%j stops with what to do', (args, message) => {
    const result = run(...args);
    expect(result).toMatchObject({ status: 2, stdout: '' });
    expect(result.stderr).toMatch(message);
  });
});

describe('the command line', () => {
  it.each([
    [['inspect'], /needs at least one file/],
    [['inspect', 'package.json', '--json'], /flags come before the files/],
    [['request'], /--which is missing/],
    [['sign', '--which', 'client'], /--request is missing/],
    [['chain', 'x'], /"x" is not expected/],
    [['rotate'], /"rotate" is no command/],
    [['request', '--which', 'client', '--clientUri', 'javascript:alert(1)'], /--clientUri is a URI/],
    [['--clientSerial', '0'], /--clientSerial is a whole number/],
    [['--clientSerial', '-5'], /--clientSerial is a whole number/],
    [['--clientSerial', String(2n ** 160n)], /--clientSerial is a whole number/],
    [['--clientSerial', '0x27'], /--clientSerial is a whole number/],
    [['--days', '1.5'], /--days is a whole number/],
    [['--serverName', 'a b'], /--serverName is a DNS name/],
    [['--serverIp', '300.1.1.1'], /--serverIp is an IP address/],
    [['--sevrerName', 'x'], /did you mean --serverName/],
  ])('%j is refused with what to do', (args, message) => {
    expect(() => readConfig(args)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }));
  });
});
