import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../base/index.js';
import { story } from './story.js';
import type { StoryWorld } from './story-world.js';

const worldFile = z.strictObject({
  /** Base URL of the world's control. */
  control: z.string(),
  aliceProject: z.string(),
  bobProject: z.string(),
  vm: z.strictObject({
    id: z.string(),
    name: z.string(),
    zone: z.string(),
    address: z.string(),
    serviceAccount: z.string(),
    tpm: z.string(),
  }),
});

/** What other processes need to know of a running world. */
export type WorldFile = z.infer<typeof worldFile>;

/** Names of the files that `writeWorld` makes. */
const files = ['alice.json', 'server.json', 'bob.json', 'vm.json', 'world.json'] as const;

/** Writes the endpoints of Alice, her server, Bob and his VM, and world.json, into a directory. */
export async function writeWorld(directory: string, world: StoryWorld, control: string): Promise<WorldFile> {
  const { cloud, alice, server, bob, vm } = world;
  const content: WorldFile = {
    control,
    aliceProject: story.alice.project.id,
    bobProject: story.bob.project.id,
    vm: { id: vm.id, name: vm.name, zone: vm.zone, address: vm.address, serviceAccount: vm.serviceAccount ?? '', tpm: vm.tpmLocation },
  };
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const write = (name: (typeof files)[number], value: object): Promise<void> =>
    writeFile(join(directory, name), `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  await write('alice.json', cloud.endpointsFor(alice));
  await write('server.json', cloud.endpointsFor(server));
  await write('bob.json', cloud.endpointsFor(bob));
  await write('vm.json', cloud.endpointsFor(vm));
  await write('world.json', content);
  return content;
}

/** Removes what `writeWorld` wrote: the world is no more. */
export async function removeWorld(directory: string): Promise<void> {
  for (const name of files) await rm(join(directory, name), { force: true });
}

/** @throws AppError CONFIG_INVALID when no world is up there */
export async function readWorld(directory: string): Promise<WorldFile> {
  const path = join(directory, 'world.json');
  try {
    return worldFile.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new AppError('CONFIG_INVALID', `no world is up: ${path} is missing or unreadable; start one with "npm run local"`, { cause });
  }
}
