#!/usr/bin/env node
import { messageOf } from '../base/index.js';
import { runCommand } from './cli.js';

/** Runs the command line; a world that it brought up lives until SIGINT or SIGTERM. */
async function main(): Promise<void> {
  const world = await runCommand(process.argv.slice(2), (text) => process.stdout.write(text));
  if (world === undefined) return;
  const end = (): void => {
    world.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}

function fail(error: unknown): void {
  process.stderr.write(`localcloud: ${messageOf(error)}\n`);
  process.exit(1);
}

main().catch(fail);
