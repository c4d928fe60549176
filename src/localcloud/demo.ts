#!/usr/bin/env node
import { resolve } from 'node:path';
import { messageOf } from '../base/index.js';
import { approve, ask, newTreasure, receive, tamper } from './demo/acts.js';
import { newJsonKeyset } from './demo/keyset.js';
import { Narrator } from './demo/narrator.js';
import { Stage } from './demo/stage.js';

const settleSeconds = 2;

/** The whole story on real parts. It ends well only if every step really happened. */
async function play(narrator: Narrator, programs: string | undefined): Promise<void> {
  narrator.act('A local cloud starts: Alice and Bob have a project each. LOCAL MODE, loopback only');
  const stage = await Stage.set(programs === undefined ? {} : { programs });
  try {
    await stage.write('keyset.json', newJsonKeyset());
    narrator.act(`Alice starts her TokenServer (--settleSeconds ${settleSeconds} instead of 120, to keep the story short)`);
    const { server, address } = await stage.startServer([
      '--settleSeconds',
      String(settleSeconds),
      '--secretsKeyset',
      stage.path('keyset.json'),
    ]);
    const setting = { address, serverPin: stage.serverPin };
    const vm = await stage.insertVm(setting);
    const scene = { stage, narrator, vm, setting, server };
    narrator.act(`Bob makes VM ${vm.id}; its client, started by the startup script, asks`);
    const client = await ask(scene, ['--exitAfterRelease', '--out', stage.memoryDirectory]);
    narrator.act('Alice seals, reviews and approves');
    const treasure = newTreasure();
    await approve(scene, treasure);
    narrator.act('The client asks again');
    await receive(scene, client, treasure);
    await tamper(scene);
  } finally {
    await stage.clear();
  }
  narrator.act('All of it happened');
}

/** `--programs DIR`: plays the story with other builds of the three programs, such as the bundles or the images. */
function programsFrom([flag, directory, ...others]: readonly string[]): string | undefined {
  if (flag === undefined) return undefined;
  if (flag === '--programs' && directory !== undefined && others.length === 0) return resolve(directory);
  process.stderr.write('demo: the only flag is --programs DIR\n');
  process.exit(2);
}

play(new Narrator((line) => process.stdout.write(`${line}\n`)), programsFrom(process.argv.slice(2))).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`\nthe demo failed: ${messageOf(error)}\n`);
    process.exit(1);
  },
);
