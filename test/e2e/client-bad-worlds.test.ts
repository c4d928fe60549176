import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { audience, Program, story, storyVm } from '../../src/localcloud/index.js';
import { approveWith, raw, sealed, startClient, type SecretEntry } from './support/client-runs.js';
import { World } from './support/world.js';

// The real client in worlds where it cannot work: one line that says what to do, and an exit code of its own.

let world: World;
let memory: string;

beforeAll(async () => {
  world = await World.open();
  memory = mkdtempSync('/dev/shm/client-bad-worlds-');
  await approveWith(world, [raw('raw', 'fooobar')]);
}, 90_000);

afterAll(async () => {
  await world.close();
  rmSync(memory, { recursive: true, force: true });
});

/** The lines for a person: what the client says beside its log. */
const told = (client: Program): readonly string[] => client.lines.filter((line) => line.startsWith('tokenclient: '));

interface BadWorld {
  readonly flags?: () => readonly string[] | Promise<readonly string[]>;
  readonly command?: 'run' | 'sign';
  readonly without?: readonly string[];
  readonly code: number;
  readonly says: RegExp;
}

const onDisk = mkdtempSync(join(tmpdir(), 'client-on-disk-'));
afterAll(() => rmSync(onDisk, { recursive: true, force: true }));

const badWorlds: Readonly<Record<string, BadWorld>> = {
  'no TPM': { flags: () => ['--tpm', '/dev/tpm-none'], code: 5, says: /no such TPM device; enable vTPM/ },
  'a TPM of another VM': {
    flags: async () => {
      const other = await world.cloud.insertVm({ ...specOfAnother(), by: world.stage.cast.bob });
      return ['--tpm', other.tpmLocation];
    },
    code: 13,
    says: /EK_MISMATCH|CREDENTIAL_FOR_ANOTHER_TPM|AK_UNKNOWN/,
  },
  'a server that is not there': {
    flags: () => ['--address', '127.0.0.1:1'],
    code: 10,
    says: /nothing listens there: the TokenServer is down, or --address is wrong/,
  },
  'a pin of another CA': {
    flags: () => ['--tlsServerPin', `sha256/${'A'.repeat(43)}=`],
    code: 11,
    says: /is not the pinned one: ask Alice/,
  },
  'another name of the server': {
    flags: () => ['--sniServerName', 'other.example'],
    code: 11,
    says: /is for another name: correct --sniServerName/,
  },
  'another audience': { flags: () => ['--tsAudience', 'https://other.example'], code: 18, says: /TOKEN_AUDIENCE: .*audience/ },
  'a workload that is not in the image': {
    command: 'run',
    flags: () => ['--', '/usr/bin/no-such-workload'],
    code: 17,
    says: /cannot start the workload .*: there is no such program/,
  },
  'a workload that may not be executed': {
    command: 'run',
    flags: async () => ['--', await world.stage.write('workload.sh', '#!/bin/sh\n')],
    code: 17,
    says: /may not execute it/,
  },
  'a directory on a disk': { flags: () => ['--out', onDisk], code: 16, says: /is on a disk: secrets go to tmpfs only/ },
  'a directory on a disk for a workload': {
    command: 'run',
    flags: () => ['--out', onDisk, '--', '/bin/true'],
    code: 16,
    says: /is on a disk/,
  },
  'a socket in a directory for all': {
    flags: () => ['--socket', '/dev/shm/client.sock'],
    code: 6,
    says: /must be ours and closed to others: chmod 0700/,
  },
  'a client certificate that is not there': {
    flags: () => ['--tlsClientCert', 'projects/1/secrets/none'],
    code: 6,
    says: /--tlsClientCert projects\/1\/secrets\/none/,
  },
  'a command line that makes no sense': {
    command: 'run',
    flags: () => ['--fd', '2=raw'],
    code: 2,
    says: /--fd is N=SECRET with N from 3 to 63/,
  },
};

const specOfAnother = () => ({ ...storyVm(world.setting), name: 'another' });

it.each(Object.entries(badWorlds))(
  '%s',
  async (_name, { command, flags, without, code, says }) => {
    const given = (await flags?.()) ?? [];
    const client = startClient(world, command, ['--maxLoop', '1', ...given], { ...(without && { without }) });
    const ended = await client.ended;
    const lines = told(client);
    expect({ ended, lines, output: client.output }).toEqual({
      ended: code,
      lines: expect.any(Array) as unknown,
      output: expect.any(String) as string,
    });
    expect(lines.some((line) => says.test(line))).toBe(true);
    if (code !== 2) expect(lines).toHaveLength(1);
    expect(readdirSync(onDisk)).toEqual([]);
  },
  60_000,
);

describe('secrets that this machine cannot open', () => {
  const other = 'ab'.repeat(32);
  it.each<[string, () => Promise<SecretEntry>, number, RegExp]>([
    [
      'sealed to another PCR 0: the PCR is named',
      () => sealed(world.vm, 'k', Buffer.from('x'), other),
      14,
      /pcr 0 is d0c7\w+, sealed to abab/,
    ],
    [
      'sealed to the TPM of another VM',
      async () => {
        const vm = await world.cloud.insertVm({ ...specOfAnother(), name: 'sealed-for', by: world.stage.cast.bob });
        return sealed(vm, 'k', Buffer.from('x'));
      },
      13,
      /sealed to another TPM: .*she has to seal it again/,
    ],
  ])(
    '%s',
    async (_name, secret, code, says) => {
      await approveWith(world, [raw('raw', 'fooobar'), await secret()]);
      const out = mkdtempSync(join(memory, 'out-'));
      const client = startClient(world, undefined, ['--out', out]);
      expect({ ended: await client.ended, told: told(client) }).toEqual({ ended: code, told: [expect.stringMatching(says) as string] });
      expect(readdirSync(out)).toEqual([]);
      await approveWith(world, [raw('raw', 'fooobar')]);
    },
    60_000,
  );
});

it('a busy TPM: another program holds it; code 12 after 15 s', async () => {
  const match = /^(?:unix:(.+)|tcp:\/\/127\.0\.0\.1:(\d+))$/.exec(world.vm.tpmLocation);
  const holder = match?.[1] === undefined ? connect(Number(match?.[2])) : connect(match[1]);
  await once(holder, 'connect');
  try {
    const client = startClient(world, undefined, []);
    expect(await client.ended).toBe(12);
    expect(told(client)).toEqual([
      expect.stringMatching(/busy: the TPM did not answer within 15 s; stop the other program that holds it/) as string,
    ]);
  } finally {
    holder.destroy();
  }
}, 60_000);

it('--strictHygiene refuses a machine where a crash writes memory to a disk: code 19, and nothing is asked', async () => {
  const limited = `
    const { spawnSync } = require('node:child_process');
    const { status } = spawnSync('/bin/sh', ['-c', 'ulimit -c 1024 && exec "$0" "$@"', process.execPath, ...process.argv.slice(1)], { stdio: 'inherit' });
    process.exit(status);`;
  const flags = [
    '--address',
    world.setting.address,
    '--tsAudience',
    'x',
    '--tlsCertChain',
    'ca.pem',
    '--endpoints',
    world.stage.path('vm.json'),
    '--strictHygiene',
  ];
  const client = new Program(['-e', limited, join(__dirname, '../../dist/client/main.js'), ...flags]);
  expect(await client.ended).toBe(19);
  expect(told(client)).toContain(
    'tokenclient: --strictHygiene: a crash writes a core dump (limit 524288): start the container with --ulimit core=0, or the unit with LimitCORE=0',
  );
}, 60_000);

describe('tokenclient doctor', () => {
  const look = async (flags: readonly string[]) => {
    const client = startClient(world, 'doctor', ['--json', ...flags]);
    const code = await client.ended;
    const findings = JSON.parse(client.output.slice(client.output.indexOf('['))) as { check: string; outcome: string; detail: string }[];
    return { code, of: (check: string) => findings.find((finding) => finding.check === check), output: client.output };
  };

  it('finds nothing wrong on an approved VM, says what it cannot know, and prints no token', async () => {
    const { code, of, output } = await look([]);
    for (const check of ['metadata-server', 'identity-token', 'clock', 'tpm', 'server', 'pin', 'approval'])
      expect(of(check)).toMatchObject({ check, outcome: 'ok' });
    expect(of('alice-may-read')).toMatchObject({ outcome: 'skipped' });
    expect(output).not.toMatch(/eyJ[\w-]{10,}/);
    expect(code).toBe(0);
  }, 60_000);

  it.each<[string, readonly string[], string, RegExp]>([
    ['another audience', ['--tsAudience', 'https://other.example'], 'audience', /another audience than https:\/\/other\.example/],
    ['another pin', ['--tlsServerPin', `sha256/${'A'.repeat(43)}=`], 'server-identity', /not the pinned one/],
    ['no server', ['--address', '127.0.0.1:1'], 'server', /nothing listens there/],
    ['no TPM', ['--tpm', '/dev/tpm-none'], 'tpm', /no such TPM device/],
    ['a directory on a disk', ['--out', onDisk], 'out', /is on a disk/],
    ['no such certificate', ['--tlsCertChain', 'projects/1/secrets/none'], 'certificates', /--tlsCertChain projects\/1\/secrets\/none/],
  ])(
    'finds %s: code 20, and looks at everything else',
    async (_name, flags, check, detail) => {
      const { code, of } = await look(flags);
      expect({ code, found: of(check) }).toEqual({
        code: 20,
        found: expect.objectContaining({ outcome: 'fail', detail: expect.stringMatching(detail) as string }) as unknown,
      });
      expect(of('metadata-server')).toMatchObject({ outcome: 'ok' });
    },
    60_000,
  );
});

describe('kill -9', () => {
  it.each(['attesting', 'settling', 'released'])(
    'of the client when it is %s: the next client is released all the same',
    async (state) => {
      const first = startClient(world, undefined, []);
      const reached =
        state === 'settling'
          ? first.waitForEvent('client.delivered')
          : first.waitForEvent('client.state', (event) => event['state'] === state);
      await reached;
      await first.stop('SIGKILL');
      const next = startClient(world, undefined, ['--exitAfterRelease']);
      expect(await next.ended).toBe(0);
    },
    60_000,
  );

  it('of the server in the middle of a session: the client goes on asking, and leaves nothing when it is stopped', async () => {
    const out = mkdtempSync(join(memory, 'out-'));
    const { server, address } = await world.stage.startServer([
      '--settleSeconds',
      '30',
      '--secretsKeyset',
      world.stage.path('keyset.json'),
    ]);
    const client = startClient(world, undefined, ['--address', address, '--out', out, '--exitAfterRelease']);
    await client.waitForEvent('client.will-retry', ({ reason }) => reason === 'SETTLING');
    await server.stop('SIGKILL');
    const stopped = client.stop();
    expect(await stopped).toBe(9);
    expect(readdirSync(out)).toEqual([]);
  }, 90_000);

  it('of the server between two proofs of a workload: it revokes nothing, and the same server started again is found', async () => {
    const flags = ['--settleSeconds', '0', '--secretsKeyset', world.stage.path('keyset.json')];
    const { server, address } = await world.stage.startServer(flags);
    const client = startClient(world, undefined, ['--address', address, '--reattestSeconds', '1', '--onRevoked', 'stop']);
    await client.waitForEvent('client.attested-again', ({ by }) => by === 'quote');
    await server.stop('SIGKILL');
    await client.waitForEvent('client.not-attested-again');
    await restart(address, flags);
    // The new process knows no session: the client proves everything anew.
    await client.waitForEvent('client.attested-again', ({ by }) => by === 'attestation');
    expect(await client.stop()).toBe(0);
  }, 90_000);
});

/** A server on the port of one that is gone. */
async function restart(address: string, flags: readonly string[]): Promise<void> {
  const secret = (name: string): string => `projects/${story.alice.project.number}/secrets/${name}`;
  const server = world.stage.start('server', [
    ...['--endpoints', world.stage.path('server.json'), '--grpcport', address, '--tsAudience', audience],
    ...['--useMTLS', '--useSecrets', '--tlsCert', secret('tls_crt'), '--tlsKey', secret('tls_key'), '--tlsCertChain', secret('tls-ca')],
    ...['--firestoreProjectId', story.alice.project.id, '--firestoreCollectionName', 'foo', ...flags],
  ]);
  await server.waitForLine((line) => line.startsWith('tokenserver ready on '), 'the ready line of the server');
}
