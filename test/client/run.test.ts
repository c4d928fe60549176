import { AppError, createLog, type HealedBy } from '../../src/base/index.js';
import { runUntilReleased, type Asking, type ClientState, type RunOutcome, type RunSettings } from '../../src/client/run.js';
import { RefusedError } from '../../src/client/server-trouble.js';
import type { Release } from '../../src/client/release.js';

const release: Release = { decisionId: 'd-9', secrets: [], signingKey: undefined, payloadCommand: [] };
const refused = (reason: string, healedBy: HealedBy, retryAfterSeconds?: number): RefusedError =>
  new RefusedError({ grpcCode: 7, reason, decisionId: 'd-1', remedy: `remedy of ${reason}`, healedBy, retryAfterSeconds }, undefined);
const lost = new AppError('SERVER_UNREACHABLE', 'nothing listens there');

interface Played {
  readonly outcome: RunOutcome<Release>;
  readonly waitsInMs: readonly number[];
  readonly states: readonly ClientState[];
  readonly events: readonly Record<string, unknown>[];
}

/** Plays a script of answers, one per attempt; an error is thrown, a release given. Time passes at once. */
async function play(script: readonly (Error | Release)[], settings: Partial<RunSettings> = {}, random = 0.5): Promise<Played> {
  const waitsInMs: number[] = [];
  const states: ClientState[] = [];
  const events: Record<string, unknown>[] = [];
  const abort = new AbortController();
  const steps = [...script];
  const asking: Asking<Release> = {
    phase: 'attesting',
    attempt: () => {
      const next = steps.shift();
      if (next === undefined) {
        abort.abort();
        return Promise.reject(lost);
      }
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
    },
  };
  const outcome = await runUntilReleased(
    asking,
    { maxAttempts: undefined, pollWaitSeconds: 10, pollWaitIsGiven: false, ...settings },
    {
      log: createLog({ name: 'test', level: 'debug', write: (line) => events.push(JSON.parse(line) as Record<string, unknown>) }),
      sleep: (ms) => {
        waitsInMs.push(ms);
        return Promise.resolve();
      },
      random: () => random,
      signal: abort.signal,
      onState: (state) => states.push(state),
    },
  );
  return { outcome, waitsInMs, states, events };
}

test('asks until Alice approves, through every kind of trouble that heals, and tells each state', async () => {
  const { outcome, states } = await play([
    lost,
    refused('INSTANCE_UNKNOWN', 'alice'),
    refused('METADATA_CHANGED', 'bob'),
    refused('SETTLING', 'time', 118),
    release,
  ]);
  expect(outcome).toEqual({ kind: 'released', release });
  expect(states.filter((state) => state !== 'attesting')).toEqual(['lost', 'waiting-for-approval', 'refused', 'settling', 'released']);
});

test('a refusal that nobody can heal ends it, whatever is left to try', async () => {
  const { outcome, waitsInMs } = await play([refused('REVOKED', 'nobody'), release]);
  expect(outcome).toMatchObject({ kind: 'refused', refusal: { reason: 'REVOKED' } });
  expect(waitsInMs).toEqual([]);
});

test.each(['alice', 'bob'] as const)('waits 60 s to 5 min for %s, doubling', async (healedBy) => {
  const { waitsInMs } = await play(Array.from({ length: 5 }, () => refused('EK_CHANGED', healedBy)));
  expect(waitsInMs).toEqual([60_000, 120_000, 240_000, 300_000, 300_000]);
});

test('waits 10 s to 60 s for a server that does not answer, and starts over when the reason changes', async () => {
  const { waitsInMs } = await play([lost, lost, lost, lost, lost, refused('EK_CHANGED', 'alice'), lost]);
  expect(waitsInMs).toEqual([10_000, 20_000, 40_000, 60_000, 60_000, 60_000, 10_000]);
});

test.each([
  [0, [60_000, 96_000, 192_000, 240_000]],
  [0.999_999, [72_000, 144_000, 288_000, 300_000]],
])('jitter is a fifth up or down and stays within the bounds (random %d)', async (random, expected) => {
  const { waitsInMs } = await play(
    Array.from({ length: 4 }, () => refused('X', 'alice')),
    {},
    random,
  );
  expect(waitsInMs).toEqual(expected);
});

test('pollWaitSeconds, when given, is every wait but the one the server asks for', async () => {
  const script = [lost, refused('X', 'alice'), refused('SETTLING', 'time', 118), refused('BUSY', 'time')];
  const { waitsInMs } = await play(script, { pollWaitSeconds: 3, pollWaitIsGiven: true }, 0.9);
  expect(waitsInMs).toEqual([3000, 3000, 118_000, 3000]);
});

test.each([
  [0, 1000],
  [100_000, 300_000],
])('a server that asks for a wait of %d s gets %d ms', async (retryAfterSeconds, expected) => {
  expect((await play([refused('SETTLING', 'time', retryAfterSeconds)])).waitsInMs).toEqual([expected]);
});

test('maxLoop counts attempts of every kind but settling, and says what the last one met', async () => {
  const script = [lost, refused('SETTLING', 'time', 1), refused('INSTANCE_UNKNOWN', 'alice'), release];
  const { outcome, waitsInMs } = await play(script, { maxAttempts: 2 });
  expect(outcome).toMatchObject({ kind: 'gave-up', attempts: 2, because: expect.stringContaining('INSTANCE_UNKNOWN') as string });
  expect(waitsInMs).toHaveLength(2);
});

test('a signal ends it between attempts', async () => {
  expect((await play([lost])).outcome).toEqual({ kind: 'stopped' });
});

test('our own mistakes are not retried', async () => {
  await expect(play([new AppError('INTERNAL', 'a mistake'), release])).rejects.toThrow('a mistake');
  await expect(play([new TypeError('x is not a function'), release])).rejects.toThrow(TypeError);
});

test('each refusal is one log line with reason, decision, remedy and the next attempt', async () => {
  const { events } = await play([refused('INSTANCE_UNKNOWN', 'alice')]);
  expect(events).toContainEqual(
    expect.objectContaining({
      event: 'client.will-retry',
      reason: 'INSTANCE_UNKNOWN',
      decisionId: 'd-1',
      remedy: 'remedy of INSTANCE_UNKNOWN',
      healedBy: 'alice',
      nextAttemptInMs: 60_000,
    }),
  );
});

test('what the server says cannot forge a log line or fill the log', () => {
  const { refusal } = new RefusedError(
    { grpcCode: 7, reason: 'A\nB', decisionId: '\u001b[2J', remedy: 'x'.repeat(10_000), healedBy: 'bob', retryAfterSeconds: undefined },
    undefined,
  );
  expect(refusal).toMatchObject({ reason: 'A?B', decisionId: '?[2J' });
  expect(refusal.remedy).toHaveLength(400);
});
