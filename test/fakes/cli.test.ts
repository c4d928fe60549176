import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, type RunningWorld } from '../../src/localcloud/cli.js';

let directory: string;
let world: RunningWorld | undefined;
let printed: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'localcloud-cli-'));
  printed = '';
  world = await runCommand(['--dir', directory], (text) => (printed += text));
});
afterAll(async () => {
  await world?.stop();
  expect(existsSync(join(directory, 'world.json'))).toBe(false);
  rmSync(directory, { recursive: true, force: true });
});

const act = async (...words: string[]): Promise<unknown> => {
  let output = '';
  await runCommand(['--dir', directory, 'act', ...words], (text) => (output += text));
  return JSON.parse(output);
};
const fileOf = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(directory, name), 'utf8')) as Record<string, unknown>;

test('up writes the endpoints of each party and what others need to know, for the owner’s eyes only', () => {
  const members = ['compute', 'firestore', 'iam', 'jwks', 'kms', 'loggingGrpc', 'loggingRest', 'metadata', 'secretManager'];
  for (const name of ['alice.json', 'server.json', 'bob.json', 'vm.json']) expect(Object.keys(fileOf(name)).toSorted()).toEqual(members);
  expect(new Set(['alice.json', 'server.json', 'vm.json'].map((name) => fileOf(name)['metadata'])).size).toBe(3);
  expect(fileOf('world.json')).toMatchObject({ aliceProject: 'alice-project', bobProject: 'bob-project', vm: { name: 'tokenclient' } });
  expect(statSync(join(directory, 'vm.json')).mode & 0o077).toBe(0);
});

test('what up prints names the files, the instance and the TPM that were made', () => {
  const { vm } = fileOf('world.json') as { vm: { id: string; tpm: string } };
  for (const text of [`${directory}/alice.json`, vm.id, vm.tpm]) expect(printed).toContain(text);
  expect(printed).not.toMatch(/\{\w+\}/);
});

test('an act changes the world, and show tells so', async () => {
  const before = (await act('show')) as { fingerprint: string };
  const script = join(directory, 'script');
  writeFileSync(script, 'id > /dev/ttyS0');
  expect(await act('edit-metadata', `startup-script=@${script}`)).toEqual({ done: true });
  const after = (await act('show')) as { fingerprint: string; metadataKeys: string[] };
  expect(after.fingerprint).not.toBe(before.fingerprint);
  expect(after.metadataKeys).toContain('startup-script');
  const { metadata } = fileOf('vm.json') as { metadata: string };
  const seen = await fetch(`${metadata}/computeMetadata/v1/instance/attributes/startup-script`, {
    headers: { 'Metadata-Flavor': 'Google' },
  });
  expect(await seen.text()).toBe('id > /dev/ttyS0');
});

test('stop, attach, secure boot, start: Bob’s acts need what Compute needs', async () => {
  await expect(act('set-secure-boot', 'on=true')).rejects.toMatchObject({
    code: 'SERVER_REFUSED',
    message: expect.stringContaining('TERMINATED'),
  });
  await act('stop');
  expect(await act('show')).toMatchObject({ status: 'TERMINATED' });
  await act('set-secure-boot', 'on=true');
  await act('attach-disk', 'name=extra');
  await act('start');
  expect(await act('show')).toMatchObject({ status: 'RUNNING' });
});

test('a fault that a person sets hits the service, and ends when it is cleared', async () => {
  const { jwks } = fileOf('vm.json') as { jwks: string };
  const kid = async (): Promise<unknown> => ((await (await fetch(jwks)).json()) as { keys: { kid: string }[] }).keys[0]?.kid;
  await act('fault', 'api=jwks', 'kind=error', 'status=500');
  expect((await fetch(jwks)).status).toBe(500);
  await act('clear-faults');
  const before = await kid();
  await act('rotate-keys');
  expect(await kid()).not.toBe(before);
});

test('documents can be left out of what Firestore tells, and of nothing else', async () => {
  const leaveOut = (api: string): Promise<unknown> => act('fault', `api=${api}`, 'kind=incomplete', 'document=/revocations:');
  expect(await leaveOut('firestore')).toEqual({ set: 'incomplete', on: 'firestore' });
  await expect(leaveOut('jwks')).rejects.toMatchObject({ code: 'SERVER_REFUSED', message: expect.stringContaining('400') });
  await act('clear-faults');
});

test.each([
  ['an unknown act', ['act', 'fly'], 'there is no act "fly"'],
  ['an unknown command', ['down'], '"down" is no command'],
  ['a word that is no pair', ['act', 'stop', 'now'], '"now" is not KEY=VALUE'],
  ['an argument that the act does not have', ['act', 'stop', 'when=now'], 'when'],
  ['an unknown flag', ['--port', '1'], 'unknown flag --port'],
])('%s is an error that says what is wrong', async (_name, words, message) => {
  await expect(runCommand(['--dir', directory, ...words], () => undefined)).rejects.toThrow(message);
});

test('where no world is up, an act says how to start one', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'localcloud-none-'));
  await expect(runCommand(['--dir', empty, 'act', 'show'], () => undefined)).rejects.toThrow('npm run local');
  rmSync(empty, { recursive: true });
});

test('help and the list of acts name every act', async () => {
  let help = '';
  await runCommand(['--help'], (text) => (help += text));
  expect(help).toContain('--firestore');
  let list = '';
  await runCommand(['act'], (text) => (list += text));
  for (const name of ['edit-metadata', 'stop', 'start', 'attach-disk', 'rotate-keys', 'fault'])
    expect(list).toMatch(new RegExp(`^ {2}${name}(?: |$)`, 'm'));
});
