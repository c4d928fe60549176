import { copyFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { credentials, logVerbosity, setLogVerbosity } from '@grpc/grpc-js';
import { AppError } from '../../src/base/index.js';
import { spkiSha256, TokenServiceClient } from '../../src/wire/index.js';
import { run, type Running } from '../../src/server/run.js';
import type { RunParts } from '../../src/server/run-parts.js';
import { makeChain, type ChainFiles } from '../support/chain.js';
import { fakeCloud, type FakeCloud } from './support/fake-cloud.js';
import { failureOf, ask, serverFlags, serverName } from './support/world.js';

// As main does: grpc-js would print lines of its own.
setLogVerbosity(logVerbosity.NONE);

let chain: ChainFiles;
let other: ChainFiles;
let cloud: FakeCloud;
let printed: string[];
let complained: string[];
const running: Running[] = [];

beforeAll(() => {
  other = makeChain();
});

afterAll(() => {
  other.remove();
});

beforeEach(() => {
  chain = makeChain();
  cloud = fakeCloud();
  printed = [];
  complained = [];
});

afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
  chain.remove();
});

const parts = (args: readonly string[], overrides: Partial<RunParts> = {}): RunParts => ({
  args,
  env: {},
  openCloud: () => Promise.resolve(cloud),
  openSecrets: () => Promise.resolve({ open: () => Promise.resolve([]) }),
  print: (line) => printed.push(line),
  complain: (line) => complained.push(line),
  ...overrides,
});

async function exitCode(args: readonly string[], overrides: Partial<RunParts> = {}): Promise<number> {
  const result = await run(parts(args, overrides));
  if (result.kind === 'done') return result.exitCode;
  running.push(result.running);
  throw new Error('the server runs');
}

async function started(args: readonly string[], overrides: Partial<RunParts> = {}): Promise<Running> {
  const result = await run(parts(args, overrides));
  if (result.kind === 'done') throw new Error(complained.join('\n'));
  running.push(result.running);
  return result.running;
}

test('--help lists every flag and ends well', async () => {
  expect(await exitCode(['--help'])).toBe(0);
  for (const flag of ['--useMTLS', '--useALTS', '--firestoreProjectId', '--settleSeconds']) expect(printed.join('\n')).toContain(flag);
});

test('wrong flags: every problem at once, exit code 2, and nothing is opened', async () => {
  const openCloud = jest.fn();
  expect(await exitCode(['--bogus=1'], { openCloud })).toBe(2);
  expect(complained.join('\n')).toContain('unknown flag --bogus');
  expect(openCloud).not.toHaveBeenCalled();
});

test.each([
  ['a certificate that is not there', () => ['--tlsCert=/nowhere.crt'], '--tlsCert: /nowhere.crt cannot be read (ENOENT)'],
  ['the key of another certificate', () => [`--tlsKey=${other.path('tokenservice.key')}`], 'is not the key of the certificate'],
])('%s: one line, exit code 1', async (_name, flags, text) => {
  const replaced = flags();
  const names = replaced.map((flag) => flag.split('=')[0]);
  const args = [...serverFlags(chain).filter((flag) => !names.includes(flag.split('=')[0])), ...replaced];
  expect(await exitCode(args)).toBe(1);
  expect(complained).toHaveLength(1);
  expect(complained[0]).toContain(text);
});

test('a port in use: one line, exit code 1', async () => {
  const { port } = await started(serverFlags(chain));
  const args = [...serverFlags(chain).filter((flag) => !flag.startsWith('--grpcport')), `--grpcport=127.0.0.1:${port}`];
  expect(await exitCode(args)).toBe(1);
  expect(complained).toEqual([`--grpcport 127.0.0.1:${port} cannot be listened on (EADDRINUSE)`]);
});

test('a health port in use: one line, exit code 1, and the other port is given back', async () => {
  const { port } = await started(serverFlags(chain));
  const complaint = `--healthPort 127.0.0.1:${port} cannot be listened on`;
  const first = await started(serverFlags(chain));
  await first.stop();
  const flags = [...serverFlags(chain).filter((flag) => !flag.startsWith('--grpcport')), `--grpcport=127.0.0.1:${first.port}`];
  expect(await exitCode([...flags, `--healthPort=127.0.0.1:${port}`])).toBe(1);
  expect((await started(flags)).port).toBe(first.port);
  expect(complained).toHaveLength(1);
  expect(complained[0]).toContain(complaint);
});

test('the health port says NOT_SERVING or SERVING apart from the gRPC port', async () => {
  const server = await started([...serverFlags(chain), '--healthPort=127.0.0.1:0']);
  expect(server.healthPort).toEqual(expect.any(Number));
  expect(server.healthPort).not.toBe(server.port);
  expect(printed[0]).toContain(`, health on port ${server.healthPort}`);
});

test('a cloud that cannot be opened, and a keyset that cannot be read: one line, exit code 1', async () => {
  const broken = (): Promise<never> => Promise.reject(new AppError('CONFIG_INVALID', '--endpoints: cannot read e.json as JSON'));
  expect(await exitCode(serverFlags(chain), { openCloud: broken })).toBe(1);
  expect(await exitCode(serverFlags(chain), { openSecrets: broken })).toBe(1);
  expect(complained).toEqual(Array(2).fill('--endpoints: cannot read e.json as JSON'));
});

test('--useSecrets without a network: the start ends with one line and exit code 1, whoever supervises it starts it again', async () => {
  const access = jest.fn(() => Promise.reject(new AppError('CLOUD_UNAVAILABLE', 'secretmanager.versions.access: no answer')));
  cloud = { ...fakeCloud(), secretManager: { access } };
  const secret = (name: string): string => `projects/1/secrets/${name}`;
  const flags = ['--useSecrets', `--tlsCert=${secret('crt')}`, `--tlsKey=${secret('key')}`, `--tlsCertChain=${secret('ca')}`];
  expect(await exitCode([...serverFlags(chain).filter((flag) => !flag.startsWith('--tls')), ...flags])).toBe(1);
  expect(access).toHaveBeenCalledTimes(1);
  expect(complained).toEqual([expect.stringContaining('no answer')]);
  expect(printed).toEqual([]);
});

test('--checkConfig reads everything and listens on nothing', async () => {
  expect(await exitCode([...serverFlags(chain), '--checkConfig'])).toBe(0);
  expect(printed).toEqual(['configuration ok']);
  expect(
    await exitCode([...serverFlags(chain), '--checkConfig'], {
      openSecrets: () => Promise.reject(new AppError('CONFIG_INVALID', 'no keyset')),
    }),
  ).toBe(1);
});

test('one ready line with the port that was bound; mTLS or TLS', async () => {
  const mutual = await started(serverFlags(chain));
  const plain = await started([...serverFlags(chain), '--useMTLS=false'].filter((flag) => flag !== '--useMTLS'));
  expect(printed).toEqual([`tokenserver ready on 127.0.0.1:${mutual.port} (mTLS)`, `tokenserver ready on 127.0.0.1:${plain.port} (TLS)`]);
});

test('local mode says so first', async () => {
  await started([...serverFlags(chain), '--endpoints=e.json']);
  expect(printed[0]).toMatch(/^LOCAL MODE: .*e\.json/);
});

/** SPKI hash of the certificate that a new connection is shown, by whatever authority. */
const shownBy = (port: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', servername: serverName, rejectUnauthorized: false, ALPNProtocols: ['h2'] }, () => {
      resolve(spkiSha256(socket.getPeerCertificate().raw));
      socket.destroy();
    });
    socket.once('error', reject);
  });

test('a reload shows the new certificate; a bad one leaves the old one', async () => {
  const server = await started(serverFlags(chain));
  writeFileSync(chain.path('tokenservice.key'), 'not a key');
  await server.reload();
  expect(await shownBy(server.port)).toEqual(spkiSha256(chain.read('tokenservice.crt')));
  for (const name of ['tokenservice.crt', 'tokenservice.key']) copyFileSync(other.path(name), chain.path(name));
  await server.reload();
  expect(await shownBy(server.port)).toEqual(spkiSha256(other.read('tokenservice.crt')));
});

test('stopping lets a running call end, and takes no new one', async () => {
  const server = await started(['--useMTLS=false', ...serverFlags(chain).filter((flag) => flag !== '--useMTLS')]);
  let finish: () => void = () => undefined;
  let begun: () => void = () => undefined;
  const hasBegun = new Promise<void>((resolve) => (begun = resolve));
  cloud.tokens.verify = () => {
    begun();
    return new Promise((resolve) => (finish = () => resolve({ claims: undefined, problem: 'late' })));
  };
  const tls = credentials.createSsl(chain.read('tls-ca.crt'));
  const options = { 'grpc.ssl_target_name_override': serverName };
  const client = new TokenServiceClient(`127.0.0.1:${server.port}`, tls, options);
  const call = failureOf(ask(client, 'GetToken', {}));
  await hasBegun;
  const stopped = server.stop();
  finish();
  expect(await call).toMatchObject({ reason: expect.stringMatching(/^TOKEN/) });
  await stopped;
  client.close();
  await expect(shownBy(server.port)).rejects.toThrow(/ECONNREFUSED/);
});
