import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { audience, story, type Program } from '../../src/localcloud/index.js';
import { commands, Tpm } from '../../src/tpm-device/index.js';
import { approveWith, raw, startClient } from './support/client-runs.js';
import { World } from './support/world.js';

// kill -9 of client and server at each step of a release: whoever comes next heals it or says what to do, and no disk holds a secret.

let world: World;
let memory: string;
/** Home, working directory and directory for temporary files of every client here: on a disk, and empty. */
let disk: string;

beforeAll(async () => {
  world = await World.open();
  memory = mkdtempSync('/dev/shm/client-killed-');
  disk = join(world.stage.directory, 'disk');
  mkdirSync(disk);
}, 90_000);

afterAll(async () => {
  await world.close();
  rmSync(memory, { recursive: true, force: true });
});

const newDirectory = (): string => mkdtempSync(join(memory, 'out-'));
const start = (command: 'run' | undefined, flags: readonly string[]): Program =>
  startClient(world, command, flags, { cwd: disk, env: { HOME: disk, TMPDIR: disk } });

async function kill(program: Program): Promise<void> {
  await program.stop('SIGKILL');
  await closeDevice();
  expect(readdirSync(disk)).toEqual([]);
}

/**
 * What the resource manager of the kernel does when the descriptor of a process that is gone is closed (/dev/tpmrm0): it flushes
 * what the process had loaded. swtpm has none.
 */
async function closeDevice(): Promise<void> {
  const tpm = await Tpm.open(world.vm.tpmLocation);
  try {
    for (const range of ['transient', 'loadedSession'] as const)
      for (const handle of await commands.getHandles(tpm, range)) await commands.flushContext(tpm, handle);
  } finally {
    await tpm.close();
  }
}

describe('the client', () => {
  it('waiting for approval: the next one is released once Alice has approved', async () => {
    const first = start(undefined, []);
    await first.waitForEvent('client.will-retry', ({ reason }) => reason === 'INSTANCE_UNKNOWN');
    await kill(first);
    await approveWith(world, [raw('raw', 'fooobar')]);
    expect(await start(undefined, ['--exitAfterRelease']).ended).toBe(0);
  }, 60_000);

  it.each<[string, (client: Program) => Promise<unknown>]>([
    ['attesting', (client) => client.waitForEvent('client.state', ({ state }) => state === 'attesting')],
    ['challenged', (client) => client.waitForEvent('attest.credential-opened')],
    ['activated', (client) => client.waitForEvent('attest.activated')],
    ['released', (client) => client.waitForEvent('client.state', ({ state }) => state === 'released')],
    ['holding files', (client) => client.waitForEvent('client.delivered')],
  ])(
    '%s: the next one is released all the same, and replaces what the first one left in --out',
    async (_step, reached) => {
      const out = newDirectory();
      const first = start(undefined, ['--out', out, '--v=5']);
      await reached(first);
      await kill(first);
      const next = start(undefined, ['--out', out]);
      await next.waitForEvent('client.delivered');
      expect(readdirSync(out)).toEqual(['raw']);
      expect(await next.stop()).toBe(0);
      expect(readdirSync(out)).toEqual([]);
    },
    60_000,
  );

  it('with a workload: the next one names the directory that the first one left, and its own workload gets the secrets', async () => {
    const out = newDirectory();
    const workload = `console.log('UP ' + process.pid + ' ' + process.env.TOKENCLIENT_SECRETS); setInterval(() => undefined, 1000);`;
    const run = (): Program => start('run', ['--out', out, '--', process.execPath, '-e', workload]);
    const first = run();
    const [, pid, left] = (await first.waitForLine((line) => line.startsWith('UP '), 'the workload')).split(' ');
    process.kill(first.pid!, 'SIGKILL');
    // Outside of a container nobody ends the workload of a client that is gone.
    process.kill(Number(pid), 'SIGKILL');
    await kill(first);
    const next = run();
    expect(await next.waitForEvent('client.leftovers')).toMatchObject({ directories: [left] });
    const [, , own] = (await next.waitForLine((line) => line.startsWith('UP '), 'the workload')).split(' ');
    expect(readdirSync(own!)).toEqual(['raw']);
    await next.stop();
    expect(readdirSync(out)).toEqual([left!.slice(out.length + 1)]);
  }, 60_000);
});

describe('the server', () => {
  const flags = (settleSeconds: number): readonly string[] => [
    ...['--settleSeconds', String(settleSeconds), '--secretsKeyset', world.stage.path('keyset.json')],
    ...['--callsPerMinutePerInstance', '6000', '--loggingReadsPerMinute', '600'],
  ];

  it('in the middle of a session: the client goes on asking, and leaves nothing when it is stopped', async () => {
    const out = newDirectory();
    const { server, address } = await world.stage.startServer(flags(30));
    const client = start(undefined, ['--address', address, '--out', out, '--exitAfterRelease']);
    await client.waitForEvent('client.will-retry', ({ reason }) => reason === 'SETTLING');
    await server.stop('SIGKILL');
    expect(await client.stop()).toBe(9);
    expect([readdirSync(out), readdirSync(disk)]).toEqual([[], []]);
  }, 90_000);

  it('while the client is challenged, and again while it settles: the same server started again releases to the same client', async () => {
    const settle = flags(8);
    const { server, address } = await world.stage.startServer(settle);
    const client = start(undefined, ['--address', address, '--exitAfterRelease', '--v=5']);
    await client.waitForEvent('attest.credential-opened');
    await server.stop('SIGKILL');
    const second = await startAgain(address, settle);
    await client.waitForEvent('client.will-retry', ({ reason }) => reason === 'SETTLING');
    await second.stop('SIGKILL');
    await startAgain(address, settle);
    expect(await client.ended).toBe(0);
  }, 90_000);

  it('between two proofs of a workload: it revokes nothing, and the same server started again is found', async () => {
    const { server, address } = await world.stage.startServer(flags(0));
    const client = start(undefined, ['--address', address, '--reattestSeconds', '1', '--onRevoked', 'stop']);
    await client.waitForEvent('client.attested-again', ({ by }) => by === 'quote');
    await server.stop('SIGKILL');
    await client.waitForEvent('client.not-attested-again');
    await startAgain(address, flags(0));
    // The new process knows no session: the client proves everything anew.
    await client.waitForEvent('client.attested-again', ({ by }) => by === 'attestation');
    expect(await client.stop()).toBe(0);
  }, 90_000);
});

/** A server on the port of one that is gone. */
async function startAgain(address: string, flags: readonly string[]): Promise<Program> {
  const secret = (name: string): string => `projects/${story.alice.project.number}/secrets/${name}`;
  const server = world.stage.start('server', [
    ...['--endpoints', world.stage.path('server.json'), '--grpcport', address, '--tsAudience', audience],
    ...['--useMTLS', '--useSecrets', '--tlsCert', secret('tls_crt'), '--tlsKey', secret('tls_key'), '--tlsCertChain', secret('tls-ca')],
    ...['--firestoreProjectId', story.alice.project.id, '--firestoreCollectionName', 'foo', ...flags],
  ]);
  await server.waitForLine((line) => line.startsWith('tokenserver ready on '), 'the ready line of the server');
  return server;
}
