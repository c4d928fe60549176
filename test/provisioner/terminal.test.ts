import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { approvalFlags, openedFor, startWorld, type World } from './support/world.js';
import type { Vm } from '../../src/localcloud/index.js';
import { onTerminal, type Keys, type TerminalSession, type Window } from '../support/terminal.js';

// The real binary, in a real pseudo-terminal: `script` of util-linux makes one and exits as the program does.
const root = join(__dirname, '../..');
let built: string;
let world: World;
let vm: Vm;

beforeAll(async () => {
  // Below the project, so that the built program finds its packages.
  mkdirSync(join(root, '.local'), { recursive: true });
  built = mkdtempSync(join(root, '.local', 'provisioner-'));
  const build = spawnSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--outDir', built],
    { cwd: root, encoding: 'utf8' },
  );
  if (build.status !== 0) throw new Error(build.stdout);
  world = await startWorld();
  vm = await world.insert();
}, 60_000);
afterAll(async () => {
  await world.stop();
  rmSync(built, { recursive: true, force: true });
});

const environment = (): NodeJS.ProcessEnv => ({ PATH: process.env['PATH'], HOME: process.env['HOME'], TERM: 'xterm-256color' });
const program = (): string => join(built, 'provisioner/main.js');

/** Runs the program on a terminal and types each answer when its question is there. */
const typed = (
  args: readonly string[],
  answers: readonly (readonly [question: string, keys: Keys])[],
  env: NodeJS.ProcessEnv = {},
): Promise<TerminalSession> => onTerminal([program(), ...args], answers, { env });

async function isStored(): Promise<boolean> {
  const cloud = openedFor(world);
  const stored = await cloud.records.load(vm.id);
  await cloud.close();
  return stored.kind === 'found';
}

describe('on a terminal', () => {
  it.each([
    ['Ctrl-C', '\u0003'],
    ['the end of input', '\u0004'],
    ['an empty line', '\r'],
    ['n', 'n\r'],
  ])('%s at the question writes nothing and exits with 1', async (_name, keys) => {
    const session = await typed(approvalFlags(world, vm), [['looks ok? (y/N): ', keys]]);
    expect(session.exitCode).toBe(1);
    expect(session.screen).toContain('nothing is written');
    expect(await isStored()).toBe(false);
  });

  it.each([
    ['a whole line', 'y\r'],
    ['a y without its line end', 'y'],
  ])('%s that was typed while the review was still being read does not count', async (_name, early) => {
    const session = await typed(approvalFlags(world, vm), [
      ['', early],
      ['looks ok? (y/N): ', '\r'],
    ]);
    expect(session.screen).toContain('declined; nothing is written');
    expect(session.exitCode).toBe(1);
    expect(await isStored()).toBe(false);
  });

  it('Ctrl-C that was typed while the review was still being read ends without an approval', async () => {
    const session = await typed(approvalFlags(world, vm), [['== Who', '\u0003']]);
    expect(session.exitCode).not.toBe(0);
    expect(await isStored()).toBe(false);
  });

  describe('whose window is made narrower and wider while the question is open', () => {
    const question = 'looks ok? (y/N): ';
    const asked = (screen: string): number => screen.split(question).length - 1;
    const resized = async (window: Window): Promise<void> => {
      const sizes = [await window.resize(40), await window.resize(120)];
      expect(sizes).toEqual(['24 40', '24 120']);
    };

    it('the question is neither answered nor asked again, and Ctrl-C still ends it', async () => {
      const act = async (window: Window): Promise<string> => {
        await resized(window);
        return '\u0003';
      };
      const session = await typed(approvalFlags(world, vm), [[question, act]]);
      expect(session.exitCode).toBe(1);
      expect(session.screen).toContain('no answer; nothing is written');
      expect(asked(session.screen)).toBe(1);
      expect(await isStored()).toBe(false);
    });

    it('an answer that is half typed stays what it is', async () => {
      const other = await world.insert({ name: 'resized' });
      const half = async (window: Window): Promise<string> => {
        await resized(window);
        return 'y';
      };
      const rest = async (window: Window): Promise<string> => {
        await window.resize(60);
        return '\r';
      };
      // The terminal echoes what is typed.
      const session = await typed(approvalFlags(world, other), [
        [question, half],
        ['y', rest],
      ]);
      expect(session.screen).toContain(`approved: foo/${other.id}`);
      expect(session.exitCode).toBe(0);
      expect(asked(session.screen)).toBe(1);
    });
  });

  it('a y that is typed approves, and colours are there for the person', async () => {
    const flags = approvalFlags(world, vm).filter((word) => word !== '--maxReleases' && word !== '3');
    const session = await typed(flags, [
      ['looks ok? (y/N): ', 'y\r'],
      ['how many sessions', '2\r'],
    ]);
    expect(session.screen).toContain('approved: foo/');
    expect(session.exitCode).toBe(0);
    expect(session.screen).toContain('\u001b[1m== Who\u001b[22m');
    expect(await isStored()).toBe(true);
  });

  it('NO_COLOR takes the colours away', async () => {
    const session = await typed(approvalFlags(world, vm), [['looks ok? (y/N): ', '\r']], { NO_COLOR: '1' });
    expect(session.screen).toContain('== Who');
    expect(session.screen).not.toContain('\u001b[1m');
  });
});

describe('without a terminal', () => {
  const piped = (args: readonly string[], input: string): ReturnType<typeof spawnSync> =>
    spawnSync(process.execPath, [program(), ...args], { input, env: environment(), encoding: 'utf8' });

  // The local cloud lives in this process, so only what needs no cloud is run while it waits.
  it('a piped y is not an answer', () => {
    const result = piped(approvalFlags(world, vm), 'y\n');
    expect(result.status).toBe(2);
    expect(result.stderr).toContain('there is no terminal to ask on');
    expect(result.stdout).toBe('');
  });

  it.each([
    [['--secretFile', 'x'], 'unknown flag --secretFile (did you mean --secretsFile?)'],
    [['--help=maybe'], '--help is true or false'],
    [[], '--fireStoreProjectId is missing'],
  ])('bad flags end with exit code 2 and lines that name them: %j', (args, message) => {
    const result = piped(args, '');
    expect(result.status).toBe(2);
    expect(result.stderr).toContain(`provisioner: ${message}`);
    expect(result.stdout).toBe('');
  });

  it('an unreadable --endpoints file is one clear line', () => {
    const result = piped(
      [...approvalFlags(world, vm), '--yes', '--endpoints=/nonexistent'].filter(
        (word, i, all) => word !== '--endpoints' && all[i - 1] !== '--endpoints',
      ),
      '',
    );
    expect(result.status).toBe(2);
    expect(result.stderr).toContain('/nonexistent');
  });
});
