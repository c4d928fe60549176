import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from '@swc/core';
import { audience, Program } from '../../src/localcloud/index.js';
import { AppError, RefusedError, Secrets, TokenClient, type ClientState, type TokenClientOptions } from '../../src/client/index.js';
import { approveWith, raw, startClient } from './support/client-runs.js';
import { installPackage, type AuthorProject } from './support/installed-package.js';
import { World } from './support/world.js';

// The client as a library: the example of docs/workload.md as it is printed, and what an author may rely on beside it.

const root = join(__dirname, '../..');
const page = readFileSync(join(root, 'docs/workload.md'), 'utf8');
const example = /```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
// The keyset and the ciphertext of "foo" that the article prints.
const keyset =
  'CLnwmtYGEmQKWAowdHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUuY3J5cHRvLnRpbmsuQWVzR2NtS2V5EiIaIA7TocwCm37/3vReEGSRsoSp+a0KAq+KYEKqKH5dVqC4GAEQARi58JrWBiAB';
const encrypted = 'AWrGuDnqX+ANzRzPVXfjN+UZcVgY/6EPREbNyQeazM5togJD';

let world: World;
let options: TokenClientOptions;
let author: AuthorProject;

beforeAll(async () => {
  author = installPackage();
  world = await World.open();
  options = {
    address: world.setting.address,
    tsAudience: audience,
    tlsServerPin: [world.setting.serverPin],
    tlsCertChain: join(world.stage.directory, 'certs/tls-ca.crt'),
    useMTLS: true,
    tlsClientCert: join(world.stage.directory, 'certs/tokenclient.crt'),
    tlsClientKey: join(world.stage.directory, 'certs/tokenclient.key'),
    useTPM: true,
    doAttestation: true,
    exchangeSigningKey: true,
    tpm: world.vm.tpmLocation,
    endpoints: world.stage.path('vm.json'),
    pollWaitSeconds: 1,
  };
}, 90_000);

afterAll(async () => {
  author.remove();
  await world.close();
});

it('the example of docs/workload.md type-checks in the project of an author, who has our package and no setting of ours', () => {
  writeFileSync(join(author.directory, 'example.ts'), example);
  const compilerOptions = { target: 'ES2022', module: 'NodeNext', strict: true, noEmit: true, types: ['node'] };
  writeFileSync(join(author.directory, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['example.ts'] }));
  const checked = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', author.directory], { encoding: 'utf8' });
  expect({ status: checked.status, problems: checked.stdout }).toEqual({ status: 0, problems: '' });
}, 60_000);

it('the package exports the client, and nothing else of us can be imported', () => {
  const load = (name: string): string =>
    spawnSync(process.execPath, ['-p', `Object.keys(require('${name}')).sort().join()`], { cwd: author.directory, encoding: 'utf8' })
      .stdout;
  expect(load('tokendistributor/client').trim()).toBe('AppError,RefusedError,Secrets,TokenClient');
  for (const inside of ['tokendistributor', 'tokendistributor/dist/client/index.js', 'tokendistributor/dist/base/index.js'])
    expect(load(inside)).toBe('');
  expect(author.files.filter((name) => !/^(?:dist\/(?!bench)|docs\/|proto\/|package\.json$|README\.md$|LICENSE$)/.test(name))).toEqual([]);
});

it('the example waits for the approval, then decrypts with the keyset and signs', async () => {
  const { code } = transformSync(example, { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } });
  const path = join(author.directory, 'example.cjs');
  writeFileSync(path, code);
  const main = `require(process.argv[1]).readOrder(JSON.parse(process.argv[2]), Buffer.from(process.argv[3], 'base64')).then((text) => console.log('RESULT ' + text))`;
  const program = new Program(['-e', main, path, JSON.stringify(options), encrypted]);
  await program.waitForLine((line) => line.includes('waiting-for-approval'), 'the wait for Alice');
  await approveWith(world, [raw('password', 'fooobar'), { name: 'keyset', type: 'TINK', data: keyset }]);
  await expect(program.waitForLine((line) => line.startsWith('RESULT'), 'the result')).resolves.toBe(
    'RESULT foo RSASSA-PKCS1-v1_5-SHA256 7',
  );
  expect(await program.ended).toBe(0);
}, 60_000);

it('the BigQuery example of docs/workload.md finds its credentials by variable and sends the keyset of the article as a parameter', async () => {
  const [, report = ''] = /```js\n([\s\S]*?)```/.exec(page) ?? [];
  writeFileSync(join(author.directory, 'report.cjs'), report);
  const place = join(author.directory, 'node_modules/@google-cloud/bigquery');
  mkdirSync(place, { recursive: true });
  const standIn = `exports.BigQuery = class {
    query({ query, params }) {
      const { type } = JSON.parse(require('node:fs').readFileSync(process.env.GOOGLE_APPLICATION_CREDENTIALS, 'utf8'));
      const isRight = type === 'service_account' && params.keyset === ${JSON.stringify(keyset)} && query.includes('FROM_BASE64(@keyset)');
      return Promise.resolve([isRight ? [{ customer_id: 1 }, { customer_id: 2 }] : []]);
    }
  };`;
  writeFileSync(join(place, 'index.js'), standIn);
  const account = JSON.stringify({ type: 'service_account', private_key: 'canary' });
  await approveWith(world, [raw('password', 'fooobar'), { name: 'keyset', type: 'TINK', data: keyset }, raw('account', account)]);
  const words = ['--', process.execPath, join(author.directory, 'report.cjs'), '{{secret:keyset}}'];
  const client = startClient(world, 'run', ['--googleCredentials', 'account', ...words]);
  expect(await client.ended).toBe(0);
  expect(client.lines).toContain('2 customers');
}, 60_000);

it('tells its states, gives the same secrets twice, and wipes them with close', async () => {
  const client = new TokenClient(options);
  const states: ClientState[] = [];
  client.on('state', (state) => states.push(state));
  const secrets = await client.obtain();
  expect(secrets).toBeInstanceOf(Secrets);
  expect(await client.obtain()).toBe(secrets);
  const held = secrets.bytes('password');
  expect(held.toString()).toBe('fooobar');
  await client.close();
  await client.close();
  expect(held).toEqual(Buffer.alloc(7));
  expect(() => secrets.bytes('password')).toThrow('wiped');
  expect(states).toEqual(['attesting', 'released']);
}, 60_000);

it('the signal ends a wait: CANCELLED', async () => {
  const abort = new AbortController();
  const client = new TokenClient({ ...options, address: '127.0.0.1:1', signal: abort.signal });
  client.on('retry', () => abort.abort());
  await expect(client.obtain()).rejects.toMatchObject({ code: 'CANCELLED' });
  await client.close();
}, 60_000);

it('with maxLoop the refusal of the last attempt is thrown as it came', async () => {
  const client = new TokenClient({ ...options, tsAudience: 'https://other.example', maxLoop: 1 });
  const error: unknown = await client.obtain().catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(RefusedError);
  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({ refusal: { reason: 'TOKEN_AUDIENCE', healedBy: 'bob' } });
  await client.close();
}, 60_000);

it('wrong options are told all at once, by the names of the flags', () => {
  expect(() => new TokenClient({ ...options, address: 'nowhere', exchangeSigningKey: true, doAttestation: false })).toThrow(
    /--exchangeSigningKey needs --doAttestation|--address is host:port/,
  );
});
