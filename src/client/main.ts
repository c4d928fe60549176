#!/usr/bin/env node
import { openCloud, readEndpoints } from '../gcp/index.js';
import { ExitCode } from './exit-codes.js';
import { fail, type Io } from './io.js';
import { runProgram } from './program.js';

/** The client reads no records; the name only has to be a valid one. */
const noCollection = 'none';

function processIo(signal: AbortSignal): Io {
  return {
    env: process.env,
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    signal,
    now: () => new Date(),
    sleep,
    random: Math.random,
    openCloud: ({ endpointsFile, serviceAccountFile }, log) =>
      openCloud({
        collection: noCollection,
        log,
        ...(endpointsFile !== undefined && { endpoints: readEndpoints(endpointsFile) }),
        ...(serviceAccountFile !== undefined && { serviceAccountFile }),
      }),
  };
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}

async function main(): Promise<void> {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort());
  process.exitCode = await runProgram(process.argv.slice(2), processIo(stop.signal));
}

main().catch((error: unknown) => {
  process.exitCode = fail({ stderr: (text) => void process.stderr.write(text) }, error, ExitCode.internal);
});
