#!/usr/bin/env node
import { userInfo } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { createLog } from '../base/index.js';
import { openCloud, readEndpoints } from '../gcp/index.js';
import type { ProvisionerConfig } from './config.js';
import { createPaint, wantsColours } from './present/paint.js';
import { visible } from './present/visible.js';
import type { CloudTarget, Program } from './program.js';
import { readConfig } from './read-config.js';
import { run } from './run.js';
import { openTerminal } from './terminal.js';

/** An approval may ask for a decade of log: a call has longer here than in a server. */
const deadlineMs = 30_000;

let progressShown = false;

/** A progress line is wiped before anything else is printed. */
function clearProgress(): void {
  if (progressShown) process.stderr.write('\r\u001b[K');
  progressShown = false;
}

/** Messages may quote names that others chose. */
const complain = (line: string): void => {
  clearProgress();
  process.stderr.write(`provisioner: ${visible(line)}\n`);
};

function openCloudFor({ firestoreProject, collection, endpoints }: CloudTarget): ReturnType<typeof openCloud> {
  if (endpoints !== undefined) complain('LOCAL MODE: --endpoints is set; nothing here is Google Cloud');
  return openCloud({
    ...(firestoreProject === undefined ? {} : { projectId: firestoreProject }),
    collection: collection ?? 'unused',
    ...(endpoints === undefined ? {} : { endpoints: readEndpoints(endpoints) }),
    log: createLog({ name: 'provisioner', level: 'warn' }),
    deadlineMs,
    computeClient: true,
  });
}

/** With --json standard output is for programs; people read on standard error. */
function programFor(config: ProvisionerConfig): Program {
  const json = 'json' in config && config.json;
  const people = json ? process.stderr : process.stdout;
  return {
    openCloud: openCloudFor,
    terminal: openTerminal(process.stdin, people),
    input: process.stdin,
    userName: userInfo().username,
    paint: createPaint(wantsColours(people, process.env)),
    now: () => new Date(),
    pause: (ms) => setTimeout(ms),
    show: (text) => {
      clearProgress();
      people.write(text);
    },
    complain,
    progress: (line) => {
      if (!process.stderr.isTTY) return;
      progressShown = true;
      process.stderr.write(`\r\u001b[K${visible(line)}`);
    },
    result: (value) => {
      if (json) process.stdout.write(`${JSON.stringify(value)}\n`);
    },
    print: (text) => void process.stdout.write(text),
  };
}

async function main(): Promise<void> {
  const { exitCode, lines } = await run(() => readConfig(process.argv.slice(2), new Date()), process.env, programFor);
  for (const line of lines) complain(line);
  process.exitCode = exitCode;
}

void main();
