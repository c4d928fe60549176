import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tarOf } from '../client/support/tar.js';
import { approveWith, formsOf, indirect, raw, startClient } from './support/client-runs.js';
import { World } from './support/world.js';

// A workload that arrives as a secret: Alice sends an archive and says what is started in it; Bob's client has no say.

let world: World;
let memory: string;
let archive: Buffer;
const canary = Buffer.from('canary-payload-0123456789');
const command = ['./bin/start', '{{secret:password}}', 'two words', ''];

beforeAll(async () => {
  world = await World.open();
  memory = mkdtempSync('/dev/shm/client-payload-');
  const folder = mkdtempSync(join(world.stage.directory, 'payload-'));
  mkdirSync(join(folder, 'bin'));
  // Says what it sees in digests and names only; the program itself is a secret.
  const program = `#!${process.execPath}
    // ${canary.toString()}
    const fs = require('node:fs'); const mode = (path) => (fs.statSync(path).mode & 0o777).toString(8);
    const [, , password, ...rest] = process.argv;
    fs.writeFileSync('made-by-the-workload', 'x');
    process.on('SIGTERM', () => process.exit(9)); setInterval(() => undefined, 1000);
    console.log('SAW ' + JSON.stringify({
      isHome: process.cwd() === process.env.TOKENCLIENT_PAYLOAD, modes: ['.', 'bin', 'bin/start', 'data'].map(mode),
      password: fs.readFileSync(password, 'utf8').length, rest, secrets: fs.readdirSync(process.env.TOKENCLIENT_SECRETS),
    }));`;
  writeFileSync(join(folder, 'bin/start'), program);
  chmodSync(join(folder, 'bin/start'), 0o755);
  writeFileSync(join(folder, 'data'), canary);
  archive = execFileSync('tar', ['--format=ustar', '-C', folder, '-cz', '.']);
}, 90_000);

afterAll(async () => {
  await world.close();
  rmSync(memory, { recursive: true, force: true });
});

const newDirectory = (): string => mkdtempSync(join(memory, 'out-'));

it('Alice sees the command word by word; it is unpacked for the client alone, started as she wrote it, and wiped when it ends', async () => {
  const secrets = [
    ...(await indirect(world.vm, 'app', archive)),
    raw('password', 'fooobar'),
    raw('hostile', tarOf({ name: 'ok', data: canary }, { name: '../outside', data: canary })),
    raw('nonsense', 'x'.repeat(2000)),
    raw('another', tarOf({ name: 'ok', data: canary })),
  ];
  const file = await world.stage.write('client-secrets.json', JSON.stringify(secrets));
  const approval = await world.approve(['--secretsFile', file, '--payloadCommand', JSON.stringify(command)]);
  expect(await approval.ended).toBe(0);
  expect(approval.output).toMatch(/payload +starts \["\.\/bin\/start","{{secret:password}}","two words",""\]/);
  const out = newDirectory();
  const client = startClient(world, 'run', ['--payload', 'app', '--out', out, '--v=25']);
  const line = await client.waitForLine((text) => text.startsWith('SAW '), 'what the payload saw');
  expect(JSON.parse(line.slice(4))).toEqual({
    isHome: true,
    modes: ['700', '700', '500', '400'],
    password: 7,
    rest: ['two words', ''],
    secrets: ['another', 'hostile', 'nonsense', 'password'],
  });
  expect(await client.stop('SIGTERM')).toBe(9);
  expect(readdirSync(out)).toEqual([]);
  for (const form of formsOf(canary)) expect(client.output).not.toContain(form);
}, 60_000);

it.each<[string, string, number, RegExp]>([
  [
    'an archive that writes beside itself',
    'hostile',
    7,
    /the payload hostile cannot be unpacked: the archive has a name that leads out of the archive: entry 2/,
  ],
  ['a secret that is no archive', 'nonsense', 7, /the payload nonsense cannot be unpacked/],
  ['an archive without the program', 'another', 17, /cannot start the workload \.\/bin\/start: there is no such program/],
])(
  '%s is an error, and nothing is left',
  async (_name, payload, code, says) => {
    const out = newDirectory();
    const client = startClient(world, 'run', ['--payload', payload, '--out', out]);
    expect(await client.ended).toBe(code);
    expect(client.lines.filter((line) => line.startsWith('tokenclient: '))).toEqual([expect.stringMatching(says) as string]);
    expect([readdirSync(out), readdirSync(memory).includes('outside')]).toEqual([[], false]);
  },
  60_000,
);

it('is not started when Alice allowed no command: code 7, the line says whom to ask, nothing is left', async () => {
  const out = newDirectory();
  await approveWith(world, [raw('app', archive)]);
  const client = startClient(world, 'run', ['--payload', 'app', '--out', out]);
  expect(await client.ended).toBe(7);
  expect(client.output).toMatch(/^tokenclient: Alice allowed no command for the payload app: ask her .* --payloadCommand/m);
  expect(readdirSync(out)).toEqual([]);
}, 60_000);
