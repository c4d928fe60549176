import type { ClientCloud, Io } from '../../../src/client/io.js';
import { AppError } from '../../../src/base/index.js';
import { testInstanceId } from './token-server.js';

/** The outside of the program, recorded. Time passes at once; `abort` is the signal. */
export interface TestIo extends Io {
  readonly abort: AbortController;
  output(): string;
  readonly sleeps: readonly number[];
}

export const noCloud: ClientCloud = {
  metadataServer: {
    identityToken: () => Promise.resolve('header.payload.signature'),
    value: () => Promise.resolve(testInstanceId),
  },
  secretManager: { access: () => Promise.reject(new AppError('CLOUD_NOT_FOUND', 'there is no such secret')) },
  close: () => Promise.resolve(),
};

/** A client that cannot get on ends here, and the test fails instead of running for ever. */
const maxSleeps = 500;

export function testIo(overrides: Partial<Io> = {}): TestIo {
  const lines: string[] = [];
  const sleeps: number[] = [];
  const abort = new AbortController();
  return {
    env: {},
    stdout: (text) => void lines.push(text),
    stderr: (text) => void lines.push(text),
    signal: abort.signal,
    forwardSignals: () => () => undefined,
    readProc: () => undefined,
    now: () => new Date(),
    // A turn of the event loop, so that a loop that only sleeps cannot starve the rest of the test.
    sleep: (ms) => {
      sleeps.push(ms);
      if (sleeps.length === maxSleeps) abort.abort();
      return new Promise((resolve) => void setImmediate(resolve));
    },
    random: () => 0.5,
    openCloud: () => noCloud,
    ...overrides,
    abort,
    sleeps,
    output: () => lines.join(''),
  };
}
