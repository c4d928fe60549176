#!/usr/bin/env node
import { constants } from 'node:os';
import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js';
import { createLog } from '../base/index.js';
import { openCloud, readEndpoints } from '../gcp/index.js';
import type { ServerConfig } from './config.js';
import { run, type Running } from './run.js';
import type { RunParts } from './run-parts.js';
import { openSecrets, readKeysetFile } from './service/secrets.js';

// Errors reach people as one line of ours; grpc-js would add its own.
setLogVerbosity(logVerbosity.NONE);

const parts: RunParts = {
  args: process.argv.slice(2),
  env: process.env,
  openCloud: ({ firestoreProject, recordCollection, endpointsFile, decisionLogName, logLevel }: ServerConfig) =>
    Promise.resolve(
      openCloud({
        projectId: firestoreProject,
        collection: recordCollection,
        log: createLog({ name: 'tokenserver', level: logLevel }),
        ...(endpointsFile === undefined ? {} : { endpoints: readEndpoints(endpointsFile) }),
        ...(decisionLogName === undefined ? {} : { decisionLogName }),
      }),
    ),
  openSecrets: async ({ recordCollection, secretsKeysetFile }, { kms }) =>
    openSecrets({
      collection: recordCollection,
      kms,
      tink: secretsKeysetFile === undefined ? undefined : await readKeysetFile(secretsKeysetFile),
    }),
  print: (line) => process.stdout.write(`${line}\n`),
  complain: (text) => process.stderr.write(`${text.replace(/^/gm, 'tokenserver: ')}\n`),
};

async function main(): Promise<void> {
  let running: Running | undefined;
  let stopping: Promise<void> | undefined;
  const stop = (signal: NodeJS.Signals): void => {
    // Nothing was served yet: as if nobody listened to the signal.
    if (running === undefined) process.exit(128 + constants.signals[signal]);
    // Connections that a library keeps open must not keep the process.
    stopping ??= running.stop().then(() => process.exit(0));
  };
  // Before the ready line: who reads it may send a signal at once.
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGHUP', () => void running?.reload());
  const result = await run(parts);
  if (result.kind === 'done') process.exitCode = result.exitCode;
  else running = result.running;
}

void main();
