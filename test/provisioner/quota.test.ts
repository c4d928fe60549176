import type { Cloud } from '../../src/gcp/index.js';
import { provision, type Outcome, type RunOptions } from './support/harness.js';
import { approvalFlags, openedFor, startWorld, type World } from './support/world.js';

// Cloud Logging answers 60 reads a minute, and a server that releases to the same project spends them too.

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.stop());

const open = (): Cloud => openedFor(world);

const approve = async (options: RunOptions): Promise<Outcome> => {
  const vm = await world.insert({ name: 'busy' });
  return provision(approvalFlags(world, vm), open, { answers: ['y'], ...options });
};

test('a person who approves while the quota of reads is used up is told, waits, and goes on', async () => {
  const { logReads } = world.cloud.stores;
  logReads.readsPerMinute = 0;
  const pauses: number[] = [];
  const pause = (ms: number): Promise<void> => {
    if (pauses.push(ms) === 3) logReads.readsPerMinute = 60;
    return Promise.resolve();
  };
  const outcome = await approve({ pause });
  expect(outcome).toMatchObject({ exitCode: 0, results: [{ outcome: 'written' }] });
  expect(pauses).toEqual([15_000, 15_000, 15_000]);
  expect(outcome.complaints.filter((line) => line.includes('quota of audit log reads is used up'))).toHaveLength(3);
});

test('nobody waits for ever: after a minute and a half it ends, and says what to do', async () => {
  world.cloud.stores.logReads.readsPerMinute = 0;
  let waitedMs = 0;
  const outcome = await approve({ pause: (ms) => ((waitedMs += ms), Promise.resolve()) });
  expect(outcome).toMatchObject({ exitCode: 4, questions: [] });
  expect(waitedMs).toBe(90_000);
  expect(outcome.complaints.at(-1)).toBe('entries.list answered HTTP 429: its quota is used up; try again in a minute');
});

test('another failure of the log is not waited for', async () => {
  world.cloud.faults.set('logging', { kind: 'error', status: 503 });
  const pause = (): Promise<void> => Promise.reject(new Error('waited'));
  const outcome = await approve({ pause });
  expect(outcome.exitCode).toBe(4);
  expect(outcome.complaints.at(-1)).toBe('entries.list answered HTTP 503');
});
