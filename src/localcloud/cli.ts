import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, FlagReader, helpText, messageOf, type FlagSpec } from '../base/index.js';
import { controlActs } from './control-acts.js';
import { startControlService } from './control-service.js';
import { installChain } from './demo/chain.js';
import { storyText } from './story-text.js';
import { insertStoryVm, startStoryCast } from './story-world.js';
import { readWorld, removeWorld, writeWorld } from './world-directory.js';

const flags: readonly FlagSpec[] = [
  { name: 'dir', kind: 'string', default: '.local', doc: 'where the endpoints files and world.json are written and read' },
  {
    name: 'firestore',
    kind: 'string',
    default: 'in-process',
    doc: 'in-process, official (the emulator of the gcloud packages), or host:port of one that runs already',
  },
  { name: 'help', kind: 'boolean', default: false, doc: 'print this' },
];

const usage = [
  'localcloud [up]                     keep a world running until Ctrl-C',
  'localcloud act                      list what can be made to happen in it',
  'localcloud act NAME [KEY=VALUE...]  make it happen; KEY=@FILE takes the value from a file',
];

/** A world that was brought up by `up`. */
export interface RunningWorld {
  stop(): Promise<void>;
}

/**
 * Runs one command line. Gives the running world for `up`, and nothing for what is over when it returns.
 * @throws AppError CONFIG_INVALID for a command line that is not one, SERVER_REFUSED when an act fails
 */
export async function runCommand(words: readonly string[], print: (text: string) => void): Promise<RunningWorld | undefined> {
  const flagReader = new FlagReader(flags, words);
  flagReader.finish();
  const [command = 'up', ...rest] = flagReader.rest;
  const directory = flagReader.requiredText('dir');
  if (flagReader.flag('help')) print(helpText(usage, flags));
  else if (command === 'up' && rest.length === 0) return up(directory, flagReader.requiredText('firestore'), print);
  else if (command === 'act' && rest.length === 0) print(listOfActs());
  else if (command === 'act') await perform(directory, rest, print);
  else throw new AppError('CONFIG_INVALID', `"${[command, ...rest].join(' ')}" is no command; --help lists them`);
  return undefined;
}

/** Where the TokenServer of the story listens: Bob's startup script names it before Alice has started it. */
const serverAddress = '127.0.0.1:50051';

async function up(directory: string, firestore: string, print: (text: string) => void): Promise<RunningWorld> {
  const cast = await startStoryCast({ firestore });
  try {
    const { serverPin } = installChain(cast, join(directory, 'certs'));
    const setting = { address: serverAddress, serverPin };
    const world = { ...cast, vm: await insertStoryVm(cast, setting) };
    const control = await startControlService(world);
    const written = await writeWorld(directory, world, `http://${control.address}`);
    print(storyText(directory, written, setting));
    return {
      stop: async () => {
        await removeWorld(directory);
        await control.close();
        await cast.cloud.stop();
      },
    };
  } catch (error) {
    await cast.cloud.stop();
    throw error;
  }
}

async function perform(directory: string, [name = '', ...words]: readonly string[], print: (text: string) => void): Promise<void> {
  if (!Object.hasOwn(controlActs, name)) throw new AppError('CONFIG_INVALID', `there is no act "${name}"; "localcloud act" lists them`);
  const { control } = await readWorld(directory);
  const answer = await post(`${control}/acts/${name}`, Object.fromEntries(words.map(pairOf)));
  print(`${answer}\n`);
}

async function post(url: string, args: Readonly<Record<string, string>>): Promise<string> {
  let response: Response;
  try {
    response = await fetch(url, { method: 'POST', body: JSON.stringify(args) });
  } catch (cause) {
    throw new AppError('SERVER_UNREACHABLE', `the world does not answer: ${messageOf(cause)}; start it with "npm run local"`, { cause });
  }
  const text = await response.text();
  if (!response.ok) throw new AppError('SERVER_REFUSED', `the world answered ${response.status}: ${text}`);
  return text;
}

/** `KEY=VALUE`, or `KEY=@FILE` for what a file holds. */
function pairOf(word: string): readonly [string, string] {
  const equals = word.indexOf('=');
  if (equals < 1) throw new AppError('CONFIG_INVALID', `"${word}" is not KEY=VALUE`);
  const value = word.slice(equals + 1);
  return [word.slice(0, equals), value.startsWith('@') ? readFileSync(value.slice(1), 'utf8') : value];
}

const listOfActs = (): string =>
  `${Object.entries(controlActs)
    .map(([name, { usage: text }]) => `  ${name.padEnd(22)} ${text}`.trimEnd())
    .join('\n')}\n`;
