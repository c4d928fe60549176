import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientFlags } from '../../src/client/flags.js';
import { runProgram } from '../../src/client/program.js';
import { createKeyset } from '../../src/keyset/index.js';
import { decodePublic, encodeImportBlob, sealToEk } from '../../src/tpm/index.js';
import { ekPublicArea, Tpm } from '../../src/tpm-device/index.js';
import { makeChain, type ChainFiles } from '../support/chain.js';
import { startSwtpm, type Swtpm } from '../support/swtpm.js';
import { noCloud, testIo, type TestIo } from './support/client-io.js';
import { startTokenServer, type TestTokenServer } from './support/token-server.js';

let chain: ChainFiles;
let stranger: ChainFiles;
let swtpm: Swtpm;
let server: TestTokenServer;
let memory: string;

beforeAll(async () => {
  chain = makeChain();
  stranger = makeChain();
  swtpm = await startSwtpm();
  memory = mkdtempSync('/dev/shm/tokenclient-');
});
afterAll(async () => {
  chain.remove();
  stranger.remove();
  rmSync(memory, { recursive: true, force: true });
  await swtpm.stop();
});
beforeEach(async () => {
  server = await startTokenServer(chain);
});
afterEach(() => server.stop());

const mtls = (): string[] => [
  '--useMTLS',
  '--tlsClientCert',
  chain.path('tokenclient.crt'),
  '--tlsClientKey',
  chain.path('tokenclient.key'),
];
const base = (address = server.address): string[] => [
  '--address',
  address,
  '--tsAudience',
  'https://tokenserver',
  '--tlsCertChain',
  chain.path('tls-ca.crt'),
  '--endpoints',
  'local.json',
  '--exitAfterRelease',
];
const withTpm = (): string[] => ['--useTPM', '--doAttestation', '--tpm', swtpm.location];

async function run(args: readonly string[], io: TestIo = testIo()): Promise<{ code: number; output: string; io: TestIo }> {
  const code = await runProgram(args, io);
  return { code, output: io.output(), io };
}

/** Seals to the EK of the software TPM; `pcr` names the value that PCR 16 must have. */
async function sealed(data: Buffer, pcr?: Buffer): Promise<Buffer> {
  const tpm = await Tpm.open(swtpm.location);
  try {
    const ekPublic = decodePublic(await ekPublicArea(tpm, 'rsa'));
    const pcrs = pcr === undefined ? {} : { pcrs: { bank: 'sha256' as const, values: new Map([[16, pcr]]) } };
    return encodeImportBlob(sealToEk({ ekPublic, data, ...pcrs }));
  } finally {
    await tpm.close();
  }
}

describe('the whole way', () => {
  test('attests, receives, opens RAW, TPM and TINK, writes them to tmpfs for their owner only, and prints no byte of them', async () => {
    const canaries = { raw: randomBytes(24), tpm: randomBytes(24), tink: await createKeyset() };
    server.secrets = [
      { name: 'raw', type: 'RAW', data: canaries.raw },
      { name: 'tpm', type: 'TPM', data: await sealed(canaries.tpm, Buffer.alloc(32)) },
      { name: 'tink', type: 'TINK', data: canaries.tink },
    ];
    const out = join(memory, 'all');
    mkdirSync(out);
    const { code, output } = await run([...base(), ...mtls(), ...withTpm(), '--exchangeSigningKey', '--out', out, '--v=25']);
    expect(output).toContain('client.delivered');
    expect(code).toBe(0);
    expect(readdirSync(out).sort()).toEqual(['raw', 'tink', 'tpm']);
    for (const [name, bytes] of Object.entries(canaries)) {
      expect(readFileSync(join(out, name))).toEqual(bytes);
      expect(statSync(join(out, name)).mode & 0o777).toBe(0o400);
      for (const encoding of ['latin1', 'hex', 'base64', 'base64url'] as const) expect(output).not.toContain(bytes.toString(encoding));
    }
    expect(output).not.toContain('header.payload.signature');
  });

  test('without --exitAfterRelease it holds the secrets until the signal, then wipes the files and ends with 0', async () => {
    server.secrets = [{ name: 'raw', type: 'RAW', data: Buffer.from('fooobar') }];
    const out = join(memory, 'held');
    mkdirSync(out);
    let seen: readonly string[] = [];
    const io: TestIo = testIo({
      sleep: () => {
        seen = readdirSync(out);
        io.abort.abort();
        return Promise.resolve();
      },
    });
    const args = [...base(), ...mtls(), '--out', out].filter((word) => word !== '--exitAfterRelease');
    expect((await run(args, io)).code).toBe(0);
    expect(seen).toEqual(['raw']);
    expect(readdirSync(out)).toEqual([]);
  });

  test('a later refusal with --onRevoked stop wipes and ends with 8; with warn it goes on', async () => {
    const args = [...base(), ...mtls(), ...withTpm(), '--reattestSeconds', '60'].filter((word) => word !== '--exitAfterRelease');
    const revokeOnSleep = (): TestIo => {
      let slept = 0;
      const io: TestIo = testIo({
        sleep: () => {
          server.refuseNext('MakeCredential', { reason: 'RECORD_REVOKED', healedBy: 'alice' });
          if (++slept === 3) io.abort.abort();
          return Promise.resolve();
        },
      });
      return io;
    };
    const stopped = await run([...args, '--onRevoked', 'stop'], revokeOnSleep());
    expect(stopped).toMatchObject({ code: 8, output: expect.stringContaining('client.wiped') as string });
    const warned = await run(args, revokeOnSleep());
    expect(warned.code).toBe(0);
    expect(warned.output.match(/client\.revoked/g)).toHaveLength(2);
  });

  test('is refused while Alice has not approved, and released after, without being touched', async () => {
    server.refuseNext('MakeCredential', ...Array.from({ length: 3 }, () => ({ reason: 'INSTANCE_UNKNOWN', healedBy: 'alice' as const })));
    const { code, output, io } = await run([...base(), ...mtls(), ...withTpm()]);
    expect(code).toBe(0);
    expect(io.sleeps).toEqual([60_000, 120_000, 240_000]);
    expect(output).toContain('waiting-for-approval');
  });
});

describe('exit codes', () => {
  test('0 and every flag and exit code in --help', async () => {
    const { code, output } = await run(['--help']);
    expect(code).toBe(0);
    for (const { name } of clientFlags) expect(output).toContain(`--${name}`);
    for (const line of ['run [flags] [--] CMD ARGS', '--googleCredentials', '2  the command line', '5  there is no TPM', '9  a signal'])
      expect(output).toContain(line);
  });

  test('2: an unknown flag, with the nearest known one', async () => {
    const { code, output } = await run([...base(), '--useTMP']);
    expect(code).toBe(2);
    expect(output).toMatch(/^tokenclient: unknown flag --useTMP \(did you mean --useTPM\?\)/);
  });

  test('3: a refusal that nobody can heal', async () => {
    server.refuseNext('GetToken', { reason: 'TOKEN_FORGED', healedBy: 'nobody' });
    const { code, output, io } = await run([...base(), ...mtls()]);
    expect({ code, sleeps: io.sleeps }).toEqual({ code: 3, sleeps: [] });
    expect(output).toContain('tokenclient: refused for good: TOKEN_FORGED: remedy of TOKEN_FORGED (decision decision-1)');
  });

  test('5: a TPM that is not there, before anything is sent', async () => {
    const { code, output } = await run([...base(), ...mtls(), '--useTPM', '--tpm', join(memory, 'none')]);
    expect(code).toBe(5);
    expect(output).toMatch(/tokenclient: .*none/);
    expect(server.calls).toEqual([]);
  });

  test('7 and 14: a keyset that does not open, and a sealed secret whose PCR has another value; nothing is left in --out', async () => {
    const out = join(memory, 'none-left');
    mkdirSync(out);
    server.secrets = [
      { name: 'raw', type: 'RAW', data: Buffer.from('fooobar') },
      { name: 'tink', type: 'TINK', data: Buffer.from('nonsense') },
    ];
    const bad = await run([...base(), ...mtls(), '--out', out]);
    expect(bad.output).toContain('tokenclient: secret tink (TINK) cannot be opened: ');
    server.secrets = [{ name: 'key', type: 'TPM', data: await sealed(Buffer.from('x'), Buffer.alloc(32, 1)) }];
    const moved = await run([...base(), ...mtls(), ...withTpm(), '--out', out]);
    expect(moved.output).toMatch(/tokenclient: secret key \(TPM\) cannot be opened: .*pcr 16/);
    expect([bad.code, moved.code]).toEqual([7, 14]);
    expect(readdirSync(out)).toEqual([]);
  });

  test('7: --unsealPcr refuses a blob that is not sealed to that PCR', async () => {
    server.secrets = [{ name: 'key', type: 'TPM', data: await sealed(Buffer.from('x')) }];
    const { code, output } = await run([...base(), ...mtls(), ...withTpm(), '--unsealPcr', '0']);
    expect({ code, output }).toEqual({ code: 7, output: expect.stringContaining('--unsealPcr') as string });
  });

  test('5: a TPM secret without --useTPM says which flag to add', async () => {
    server.secrets = [{ name: 'key', type: 'TPM', data: Buffer.from('x') }];
    const { code, output } = await run([...base(), ...mtls()]);
    expect({ code, output }).toEqual({ code: 5, output: expect.stringContaining('--useTPM') as string });
  });

  test('15: a type of secret that this client does not know', async () => {
    server.secrets = [{ name: 'new', type: 7 as never, data: Buffer.from('x') }];
    const { code, output } = await run([...base(), ...mtls(), ...withTpm()]);
    expect({ code, output }).toEqual({
      code: 15,
      output: expect.stringContaining('secret new is of an unknown type: this client is older') as string,
    });
  });

  test('9: a signal before the release', async () => {
    const io: TestIo = testIo({
      sleep: () => {
        io.abort.abort();
        return Promise.resolve();
      },
    });
    server.refuseNext('GetToken', { reason: 'INSTANCE_UNKNOWN', healedBy: 'alice' });
    expect((await run([...base(), ...mtls()], io)).code).toBe(9);
  });

  test('1: what cannot happen is reported as our mistake', async () => {
    const broken = {
      ...noCloud,
      metadataServer: { ...noCloud.metadataServer, identityToken: () => Promise.reject(new TypeError('broken')) },
    };
    expect((await run([...base(), ...mtls()], testIo({ openCloud: () => broken }))).code).toBe(1);
  });
});

describe('6: files and names that cannot be used, one line each, nothing sent', () => {
  const cases: readonly (readonly [string, () => readonly string[], RegExp])[] = [
    ['a CA file that is not there', () => ['--tlsCertChain', join(memory, 'no.pem')], /cannot read --tlsCertChain .*no such file/],
    ['a directory for a CA', () => ['--tlsCertChain', memory], /cannot read --tlsCertChain .*is a directory/],
    ['a CA that is no PEM', () => ['--tlsCertChain', chain.path('tokenclient.key')], /--tlsCertChain .* holds no PEM certificate/],
    [
      'a client certificate that is a key',
      () => ['--useMTLS', '--tlsClientCert', chain.path('tokenclient.key'), '--tlsClientKey', 'x'],
      /--tlsClientCert .* holds no PEM/,
    ],
    [
      'a key that is a certificate',
      () => ['--useMTLS', '--tlsClientCert', chain.path('tokenclient.crt'), '--tlsClientKey', chain.path('tls-ca.crt')],
      /--tlsClientKey .* no private key/,
    ],
    [
      'the key of another certificate',
      () => ['--useMTLS', '--tlsClientCert', chain.path('tokenclient.crt'), '--tlsClientKey', stranger.path('tokenclient.key')],
      /is not the key of/,
    ],
    ['--out on a disk', () => ['--out', tmpdir()], /--out .* is on a disk/],
    ['--out that is not there', () => ['--out', join(memory, 'no')], /--out .* cannot be used/],
    [
      'a secret that the Secret Manager does not have',
      () => ['--useSecrets', '--tlsCertChain', 'projects/1/secrets/ca'],
      /--tlsCertChain projects\/1\/secrets\/ca from the Secret Manager/,
    ],
  ];

  test.each(cases)('%s', async (_, flags, line) => {
    const words = ['--address', server.address, '--tsAudience', 'x', '--endpoints', 'local.json', ...flags()];
    if (!words.includes('--tlsCertChain')) words.push('--tlsCertChain', chain.path('tls-ca.crt'));
    const { code, output } = await run(words);
    const told = output.split('\n').filter((text) => text.startsWith('tokenclient: '));
    expect({ code, told }).toEqual({ code: line.source.includes('on a disk') ? 16 : 6, told: [expect.stringMatching(line)] });
    expect(server.calls).toEqual([]);
  });

  test.each([
    ['has expired', 400, 6, /--tlsClientCert .* expired at .*: renew it/],
    ['is not valid yet: the clock is behind', -1, 21, /is valid from .* on: set the clock of this machine, it says/],
  ])('a certificate that %s', async (_, days, ended, line) => {
    const io = testIo({ now: () => new Date(Date.now() + days * 86_400_000) });
    const { code, output } = await run([...base(), ...mtls()], io);
    expect({ code, output }).toEqual({ code: ended, output: expect.stringMatching(line) as string });
  });
});

describe('10 and 11: a server that cannot be reached or trusted; maxLoop ends it with one line that says what to do', () => {
  let plain: Server;
  let expired: TestTokenServer;

  beforeAll(async () => {
    plain = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    expired = await startTokenServer({
      ...chain,
      read: (name) => (name === 'tokenservice.crt' || name === 'tokenservice.key' ? expiredLeaf(name) : chain.read(name)),
    });
  });
  afterAll(async () => {
    plain.close();
    await expired.stop();
  });

  /** A leaf of the same CA whose time is over, made with openssl. */
  function expiredLeaf(name: string): Buffer {
    const directory = join(memory, 'expired');
    mkdirSync(directory, { recursive: true });
    const path = (file: string): string => join(directory, file);
    if (!readdirSync(directory).includes('tokenservice.crt')) {
      writeFileSync(path('ext'), 'subjectAltName=DNS:tokenservice.esodemoapp2.com\n');
      const request = ['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=old'];
      execFileSync('openssl', [...request, '-keyout', path('tokenservice.key'), '-out', path('csr')], { stdio: 'pipe' });
      const sign = ['x509', '-req', '-in', path('csr'), '-CA', chain.path('tls-ca.crt'), '-CAkey', chain.path('tls-ca.key'), '-days', '-1'];
      execFileSync('openssl', [...sign, '-extfile', path('ext'), '-out', path('tokenservice.crt')], { stdio: 'pipe' });
    }
    return readFileSync(path(name));
  }

  const giveUp = async (args: readonly string[]): Promise<{ code: number; told: readonly string[] }> => {
    const { code, output } = await run([...args, '--maxLoop', '1']);
    return { code, told: output.split('\n').filter((text) => text.startsWith('tokenclient: ')) };
  };
  const port = (listening: Server): number => (listening.address() as AddressInfo).port;

  test.each<[string, () => readonly string[], RegExp, number?]>([
    ['nothing listens', () => [...base('127.0.0.1:1'), ...mtls()], /nothing listens there/],
    [
      'another CA',
      () => [...base().map((word) => (word === chain.path('tls-ca.crt') ? stranger.path('tls-ca.crt') : word)), ...mtls()],
      /does not come from the CA in --tlsCertChain/,
      11,
    ],
    ['another name', () => [...base(), ...mtls(), '--sniServerName', 'other.example'], /is for another name: correct --sniServerName/, 11],
    ['another pin', () => [...base(), ...mtls(), '--tlsServerPin', `sha256/${'A'.repeat(43)}=`], /is not the pinned one/, 11],
    ['an expired server certificate', () => [...base(expired.address), ...mtls()], /certificate of the server has expired/],
    ['no client certificate', () => base(), /wants another client certificate/],
    ['a port that speaks no TLS', () => [...base(`127.0.0.1:${port(plain)}`), ...mtls()], /does not speak TLS 1.3/],
  ])('%s', async (_, args, line, code = 10) => {
    expect(await giveUp(args())).toEqual({ code, told: [expect.stringMatching(line)] });
    expect(server.calls).toEqual([]);
  });
});
