import { readFileSync } from 'node:fs';
import { openCloud, readEndpoints } from '../gcp/index.js';
import type { Io } from './io.js';

/** The client reads no records; the name only has to be a valid one. */
const noCollection = 'none';

/** The outside of this process: clock, environment, Google's APIs. It installs no handler of signals. */
export function processIo(signal: AbortSignal, forwardSignals: Io['forwardSignals'] = () => () => undefined): Io {
  return {
    env: process.env,
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    signal,
    forwardSignals,
    readProc: (path) => {
      try {
        return readFileSync(path, 'utf8');
      } catch {
        return undefined;
      }
    },
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
