import { createHash, createVerify } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { story, type Program } from '../../src/localcloud/index.js';
import { approveWith, formsOf, indirect, raw, sealed, startClient } from './support/client-runs.js';
import { World } from './support/world.js';

// The real client with a workload: what the workload finds, what is left afterwards, and that no value is anywhere else.

const canaries = {
  raw: Buffer.from('canary-raw-0123456789'),
  tpm: Buffer.from('canary-tpm-abcdefghij'),
  joined: Buffer.from('canary-joined-klmnopqrst'),
  key: Buffer.from(JSON.stringify({ type: 'service_account', private_key: 'canary-service-account-key' })),
};
const all = Object.values(canaries);

let world: World;
let memory: string;

beforeAll(async () => {
  world = await World.open();
  memory = mkdtempSync('/dev/shm/client-workload-');
  await approveWith(world, [
    raw('raw', canaries.raw),
    await sealed(world.vm, 'tpm', canaries.tpm),
    ...(await indirect(world.vm, 'joined', canaries.joined)),
    raw('account', canaries.key),
  ]);
}, 90_000);

afterAll(async () => {
  await world.close();
  rmSync(memory, { recursive: true, force: true });
});

const newDirectory = (): string => mkdtempSync(join(memory, 'out-'));
const node = (script: string, ...args: readonly string[]): readonly string[] => ['--', process.execPath, '-e', script, ...args];

function expectNoCanary(text: string): void {
  for (const secret of all) for (const form of formsOf(secret)) expect(text).not.toContain(form);
}

/** The command line of every process on this machine that names this directory or belongs to the client. */
function commandLines(): string {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
      } catch {
        return '';
      }
    })
    .join('\n');
}

it('gives secrets by file, variable, descriptor and path, passes on the exit code, wipes, and shows no value at --v=25', async () => {
  const out = newDirectory();
  // The workload prints digests only: its output is searched for values too.
  const script = `
    const { createHash } = require('node:crypto'); const fs = require('node:fs');
    const digest = (bytes) => createHash('sha256').update(bytes).digest('hex');
    const [, path, directory] = process.argv;
    const { S, TOKENCLIENT_SECRETS, GOOGLE_APPLICATION_CREDENTIALS } = process.env;
    console.log('SAW ' + JSON.stringify({
      byPath: digest(fs.readFileSync(path)), mode: (fs.statSync(path).mode & 0o777).toString(8),
      directoryMode: (fs.statSync(directory).mode & 0o777).toString(8), sameDirectory: directory === TOKENCLIENT_SECRETS,
      names: fs.readdirSync(directory).sort(), byVariable: digest(S), byDescriptor: digest(fs.readFileSync(7)),
      account: digest(fs.readFileSync(GOOGLE_APPLICATION_CREDENTIALS)),
    }));
    setInterval(() => { if (fs.existsSync(TOKENCLIENT_SECRETS + '/../go')) process.exit(42); }, 20);`;
  const flags = ['--out', out, '--v=25', '--env', 'S=raw', '--fd', '7=joined', '--googleCredentials', 'account'];
  const client = startClient(world, 'run', [...flags, ...node(script, '{{secret:tpm}}', '{{secrets}}')]);
  const line = await client.waitForLine((text) => text.startsWith('SAW '), 'what the workload saw');
  const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  expect(JSON.parse(line.slice(4))).toEqual({
    byPath: digest(canaries.tpm),
    mode: '400',
    directoryMode: '700',
    sameDirectory: true,
    names: ['account', 'joined', 'raw', 'tpm'],
    byVariable: digest(canaries.raw),
    byDescriptor: digest(canaries.joined),
    account: digest(canaries.key),
  });
  expect(commandLines()).toContain(`${out}/tokenclient-`);
  expectNoCanary(commandLines());
  writeFileSync(join(out, 'go'), '');
  expect(await client.ended).toBe(42);
  expect(readdirSync(out)).toEqual(['go']);
  expectNoCanary(client.output);
}, 60_000);

it('passes signals on; a workload that is told to end is not started again', async () => {
  const script = `
    for (const name of ['SIGUSR1', 'SIGUSR2', 'SIGHUP']) process.on(name, () => console.log('GOT ' + name));
    process.on('SIGTERM', () => process.exit(7)); setInterval(() => undefined, 1000); console.log('UP');`;
  const client = startClient(world, 'run', ['--restart', 'on-failure', ...node(script)]);
  await client.waitForLine((text) => text === 'UP', 'the workload');
  for (const name of ['SIGUSR1', 'SIGUSR2', 'SIGHUP'] as const) {
    process.kill(client.pid!, name);
    await client.waitForLine((text) => text === `GOT ${name}`, name);
  }
  expect(await client.stop('SIGTERM')).toBe(7);
  expect(client.output).not.toMatch(/Debugger listening/);
}, 60_000);

it('starts a workload that fails again, as often as --restart says, and finds its secrets each time', async () => {
  const script = `console.log('TRY ' + require('node:fs').readFileSync(3).length); process.exit(3)`;
  const client = startClient(world, 'run', ['--restart', 'on-failure:1', '--fd', '3=raw', '--files=false', ...node(script)]);
  expect(await client.ended).toBe(3);
  expect(client.lines.filter((text) => text.startsWith('TRY'))).toEqual(Array(2).fill(`TRY ${canaries.raw.length}`));
}, 60_000);

it('a name that is not in the release stops it before the workload: code 7, with the names that are there', async () => {
  const client = startClient(world, 'run', ['--env', 'S=nothing', ...node(`console.log('UP')`)]);
  expect(await client.ended).toBe(7);
  expect(client.output).toContain('tokenclient: the release has no secret named nothing; it has raw, tpm, joined, account');
  expect(client.lines).not.toContain('UP');
}, 60_000);

interface Reply {
  readonly status: number;
  readonly body: Buffer;
}

function ask(socketPath: string, method: string, path: string, body?: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method, path }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('the UNIX socket', () => {
  let client: Program;
  let socket: string;
  beforeAll(async () => {
    socket = join(newDirectory(), 'private', 'tokenclient.sock');
    client = startClient(world, undefined, ['--socket', socket, '--v=25']);
    await client.waitForEvent('socket.ready');
  }, 60_000);

  it('lies in a directory that is closed to others, and is itself', () => {
    expect(statSync(join(socket, '..')).mode & 0o777).toBe(0o700);
    expect(statSync(socket).mode & 0o777).toBe(0o600);
  });

  it('gives names and secrets', async () => {
    const list = await ask(socket, 'GET', '/secrets');
    expect(JSON.parse(list.body.toString())).toEqual([
      { name: 'raw', type: 'RAW' },
      { name: 'tpm', type: 'TPM' },
      { name: 'joined', type: 'INDIRECT' },
      { name: 'account', type: 'RAW' },
    ]);
    expect(await ask(socket, 'GET', '/secrets/tpm')).toEqual({ status: 200, body: canaries.tpm });
  });

  it('signs with the attested key: node:crypto verifies it', async () => {
    const { status, body } = await ask(socket, 'POST', '/sign', 'to be signed');
    const { signature, publicKeyPem } = JSON.parse(body.toString()) as Record<string, string>;
    expect(status).toBe(200);
    expect(createVerify('sha256').update('to be signed').verify(publicKeyPem!, signature!, 'base64')).toBe(true);
  });

  it('signs what Alice can verify by the key that the server verified and kept, without being given one', async () => {
    const { body } = await ask(socket, 'POST', '/sign', 'to be signed');
    const { signature } = JSON.parse(body.toString()) as Record<string, string>;
    const verified = async (data: string): Promise<string> => {
      const files = ['--file', await world.stage.write('data', data), '--signature', await world.stage.write('signature', signature!)];
      const where = ['--endpoints', world.stage.path('alice.json'), '--fireStoreProjectId', story.alice.project.id];
      const program = world.stage.start('provisioner', ['verify-signature', ...where, '--clientVMId', world.vm.id, ...files]);
      return `${await program.ended} ${program.output}`;
    };
    expect(await verified('to be signed')).toMatch(/^0 [^]*good: VM \d+ signed these 12 bytes/);
    expect(await verified('to be Signed')).toMatch(/^3 [^]*BAD/);
  }, 30_000);

  it.each([
    ['GET', '/secrets/none', 404],
    ['GET', '/secrets/../raw', 404],
    ['GET', '/secrets/raw%00', 404],
    ['DELETE', '/secrets/raw', 404],
    ['POST', '/secrets/raw', 404],
    ['GET', '/sign', 404],
    ['GET', '/', 404],
  ])('%s %s: %d, and the body quotes nothing', async (method, path, status) => {
    const reply = await ask(socket, method, path);
    expect(reply.status).toBe(status);
    expectNoCanary(reply.body.toString('latin1'));
  });

  it('takes no more than 1 MiB to sign, and what is no HTTP gets no secret', async () => {
    expect((await ask(socket, 'POST', '/sign', 'x'.repeat(1024 * 1024 + 1)).catch(() => ({ status: 413 }))).status).toBe(413);
    const answered = await new Promise<string>((resolve) => {
      const plain = connect(socket, () => plain.end('nonsense\r\n\r\n'));
      let text = '';
      plain.on('data', (chunk) => (text += chunk.toString('latin1'))).on('close', () => resolve(text));
    });
    expectNoCanary(answered);
  });

  it('is gone when the client is stopped, and the log shows no value', async () => {
    expect(await client.stop()).toBe(0);
    expect(existsSync(socket)).toBe(false);
    expectNoCanary(client.output);
  });
});

it('tokenclient sign proves a key and signs a file; no secret is asked for', async () => {
  const file = await world.stage.write('letter.txt', 'dear Alice');
  const client = startClient(world, 'sign', ['--in', file, '--json']);
  expect(await client.ended).toBe(0);
  const shown = client.output.slice(client.output.indexOf('{\n'));
  const { signature, publicKeyPem } = JSON.parse(shown.slice(0, shown.lastIndexOf('\n}') + 2)) as Record<string, string>;
  expect(createVerify('sha256').update('dear Alice').verify(publicKeyPem!, signature!, 'base64')).toBe(true);
  expect(client.events.map(({ event }) => event)).not.toContain('client.delivered');
}, 60_000);

describe('a client that dies', () => {
  it('by a mistake of its own: files are wiped, one line, code 1, no value', async () => {
    const out = newDirectory();
    // Loaded before the client; it throws, from nowhere, an error that quotes a secret.
    const crash = await world.stage.write(
      'crash.cjs',
      `const fs = require('node:fs'); const timer = setInterval(() => { if (fs.existsSync(${JSON.stringify(join(out, 'raw'))})) { clearInterval(timer); throw new Error(fs.readFileSync(${JSON.stringify(join(out, 'raw'))}, 'utf8')); } }, 20);`,
    );
    const client = startClient(world, undefined, ['--out', out, '--v=25'], { env: { NODE_OPTIONS: `--require ${crash}` } });
    expect(await client.ended).toBe(1);
    expect(client.output).toMatch(/^tokenclient: a mistake in this program \(Error at crash\.cjs:1\): please report it$/m);
    expect(readdirSync(out)).toEqual([]);
    expectNoCanary(client.output);
  }, 60_000);

  it('by kill -9: no value was printed, and the next one delivers the same secrets', async () => {
    const out = newDirectory();
    const killed = startClient(world, undefined, ['--out', out, '--v=25']);
    await killed.waitForEvent('client.delivered');
    await killed.stop('SIGKILL');
    expectNoCanary(killed.output);
    const next = startClient(world, undefined, ['--out', out, '--exitAfterRelease']);
    expect(await next.ended).toBe(0);
    expect(readFileSync(join(out, 'tpm'))).toEqual(canaries.tpm);
  }, 60_000);
});

it('proves the VM again by a quote alone while the session lasts; a revocation ends the workload with code 8', async () => {
  const script = `process.on('SIGTERM', () => { console.log('TOLD'); process.exit(0); }); setInterval(() => undefined, 1000);`;
  const client = startClient(world, 'run', ['--reattestSeconds', '1', '--onRevoked', 'stop', ...node(script)]);
  await expect(client.waitForEvent('client.attested-again')).resolves.toMatchObject({ by: 'quote' });
  const { id } = world.vm;
  const revoke = world.stage.start('provisioner', [
    ...['revoke', '--endpoints', world.stage.path('alice.json'), '--fireStoreProjectId', story.alice.project.id],
    ...['--clientVMId', id, '--why', 'the test says so'],
  ]);
  await revoke.ended;
  expect({ code: await client.ended, output: `${revoke.output}\n${client.output}` }).toEqual({
    code: 8,
    output: expect.stringContaining('client.revoked') as string,
  });
  expect(client.lines).toContain('TOLD');
}, 60_000);
