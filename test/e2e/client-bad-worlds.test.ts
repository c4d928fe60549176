import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Program, storyVm } from '../../src/localcloud/index.js';
import { commands, openAk, passwordAuth, readPcrs, Tpm } from '../../src/tpm-device/index.js';
import { approveWith, raw, sealed, sealedTo, startClient, type SecretEntry } from './support/client-runs.js';
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

it('a TPM that this user may not open: code 5, with mode, owner and group of the device and who we are', async () => {
  const device = await world.stage.write('tpmrm0', '');
  chmodSync(device, 0);
  // Root may open everything: then this process becomes somebody else, once all of the client is loaded.
  const dist = join(__dirname, '../../dist/client');
  const unprivileged = `
    const [dist, ...args] = process.argv.slice(1);
    const { runProgram } = require(dist + '/program.js'); const { processIo } = require(dist + '/process-io.js');
    if (process.getuid() === 0) { process.setgroups([]); process.setgid(65534); process.setuid(65534); }
    runProgram(args, processIo(new AbortController().signal)).then((code) => { process.exitCode = code; });`;
  const flags = [
    '--address',
    '127.0.0.1:1',
    '--tsAudience',
    'x',
    '--tlsCertChain',
    'ca.pem',
    '--endpoints',
    'x',
    '--useTPM',
    '--tpm',
    device,
  ];
  const open = join(device, '..');
  chmodSync(open, 0o711);
  const client = new Program(['-e', unprivileged, dist, ...flags]);
  const owner = statSync(device);
  const [uid, gid] = owner.uid === 0 ? [65534, 65534] : [owner.uid, owner.gid];
  expect({ ended: await client.ended, told: told(client) }).toEqual({
    ended: 5,
    told: [
      expect.stringContaining(
        `${device}: no permission (mode 0000, uid ${owner.uid}, gid ${owner.gid}; this process is uid ${uid}, gid ${gid}, groups `,
      ) as string,
    ],
  });
  expect(told(client)[0]).toMatch(/; run as root or in the group of the device \(often tss\), and start a container with --device/);
}, 60_000);

const withTpm = async <T>(use: (tpm: Tpm) => Promise<T>): Promise<T> => {
  const tpm = await Tpm.open(world.vm.tpmLocation);
  try {
    return await use(tpm);
  } finally {
    await tpm.close();
  }
};

it('a PCR that moved between seal and unseal: code 14, and the line names it with both values', async () => {
  const before = await withTpm((tpm) => readPcrs(tpm, 'sha256', [23]));
  await approveWith(world, [await sealedTo(world.vm, 'k', Buffer.from('x'), before)]);
  expect(await startClient(world, undefined, ['--exitAfterRelease']).ended).toBe(0);
  await withTpm((tpm) => commands.pcrExtend(tpm, 23, new Map([['sha256', Buffer.alloc(32, 1)]])));
  // new value = SHA-256(old value || digest), TPM 2.0 Part 1, section 17.2
  const moved = createHash('sha256').update(before.get(23)!).update(Buffer.alloc(32, 1)).digest('hex');
  const client = startClient(world, undefined, []);
  expect({ ended: await client.ended, told: told(client) }).toEqual({
    ended: 14,
    told: [expect.stringContaining(`(pcr 23 is ${moved}, sealed to ${before.get(23)!.toString('hex')})`) as string],
  });
  await approveWith(world, [raw('raw', 'fooobar')]);
}, 60_000);

it('a TPM that is locked out after wrong passwords: code 12 with --maxLoop; without it the client waits, and goes on after the reset', async () => {
  const quoteWithWrongPassword = (): Promise<unknown> =>
    withTpm(async (tpm) => {
      const ak = await openAk(tpm);
      // No qualifying data, the scheme of the key, no register.
      const parameters = Buffer.from('0000' + '0010' + '00000000', 'hex');
      const auths = [passwordAuth(Buffer.from('wrong'))];
      try {
        await tpm.execute({ name: 'Quote', handles: [ak.handle], auths, parameters }, () => undefined);
      } finally {
        await ak.close();
      }
    });
  // swtpm takes three (TPM_PT_MAX_AUTH_FAIL).
  for (let i = 0; i < 3; i++) await expect(quoteWithWrongPassword()).rejects.toMatchObject({ context: { rcName: 'AUTH_FAIL' } });
  const once = startClient(world, undefined, ['--maxLoop', '1']);
  expect({ ended: await once.ended, told: told(once) }).toEqual({
    ended: 12,
    told: [expect.stringMatching(/locked out after failed authorizations .* LOCKOUT\): wait for its recovery time, or reset it/) as string],
  });
  const waiting = startClient(world, undefined, ['--exitAfterRelease']);
  await waiting.waitForEvent('client.will-retry', ({ remedy }) => String(remedy).includes('locked out'));
  await resetLockout(world.vm.tpmLocation);
  expect(await waiting.ended).toBe(0);
}, 60_000);

/** TPM2_DictionaryAttackLockReset (Part 3, section 25.2) with the empty password of the lockout hierarchy, sent as bytes until the TPM is free. */
async function resetLockout(location: string): Promise<void> {
  const socket = connect(location.slice('unix:'.length));
  socket.write(Buffer.from('8002' + '0000001b' + '00000139' + '4000000a' + '00000009' + '40000009' + '0000' + '00' + '0000', 'hex'));
  const [response] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  expect(response.readUInt32BE(6)).toBe(0);
}

describe('a clock that is wrong', () => {
  /** Loaded before a program: its Date is off by so many seconds. */
  const shifted = async (seconds: number): Promise<{ readonly env: Readonly<Record<string, string>> }> => {
    const code = `const Real = Date; globalThis.Date = class extends Real {
      constructor(...args) { if (args.length === 0) super(Real.now() + ${seconds * 1000}); else super(...args); }
      static now() { return Real.now() + ${seconds * 1000}; } };`;
    return { env: { NODE_OPTIONS: `--require ${await world.stage.write(`clock${seconds}.cjs`, code)}` } };
  };

  it('of this machine, behind: code 21, the line says what it says', async () => {
    const client = startClient(world, undefined, ['--maxLoop', '1'], await shifted(-10 * 365 * 86_400));
    expect({ ended: await client.ended, told: told(client) }).toEqual({
      ended: 21,
      told: [expect.stringMatching(/--tlsCertChain .* is valid from .* on: set the clock of this machine, it says 20/) as string],
    });
  }, 60_000);

  it('of this machine, five minutes off: a release all the same, since the token has the time of Google', async () => {
    for (const seconds of [-300, 300]) {
      const client = startClient(world, undefined, ['--exitAfterRelease'], await shifted(seconds));
      expect(await client.ended).toBe(0);
    }
  }, 60_000);

  it('of the TokenServer, five minutes off: code 21 with --maxLoop', async () => {
    const flags = ['--settleSeconds', '0', '--secretsKeyset', world.stage.path('keyset.json')];
    const { address } = await world.stage.startServer(flags, await shifted(300));
    const client = startClient(world, undefined, ['--maxLoop', '1', '--address', address]);
    expect({ ended: await client.ended, told: told(client) }).toEqual({
      ended: 21,
      told: [expect.stringMatching(/TOKEN_TOO_OLD: .*check the clock of the TokenServer/) as string],
    });
  }, 60_000);

  it('of this machine, behind: the doctor compares it with the time in the token', async () => {
    const client = startClient(world, 'doctor', ['--json'], await shifted(-300));
    expect(await client.ended).toBe(20);
    expect(client.output).toMatch(/"detail": "(?:299|300|301) s behind Google's clock",\s+"remedy": "set the clock of the VM/);
  }, 60_000);
});

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
