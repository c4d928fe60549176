import { AppError, createLog } from '../../../src/base/index.js';
import type { PendingCaller, PendingInstance, PendingNote } from '../../../src/gcp/index.js';
import { PendingBoard } from '../../../src/server/service/pending-board.js';

let nowMs: number;
let notes: PendingNote[];
let sweeps: number;
let stored: PendingInstance[];
let failing: AppError | undefined;
let hanging: Promise<void> | undefined;
let events: string[];

beforeEach(() => {
  nowMs = 0;
  notes = [];
  sweeps = 0;
  stored = [];
  failing = undefined;
  hanging = undefined;
  events = [];
});

const caller = (instanceId: number | string, project = 'bob-project'): PendingCaller => ({
  instanceId: String(instanceId),
  project,
  zone: 'z',
  instanceName: 'vm',
  serviceAccount: 's@example.com',
  peerAddress: '192.0.2.1',
});

const startMs = Date.UTC(2026, 10, 1);
const open = (projects: readonly string[] = ['bob-project']): PendingBoard =>
  new PendingBoard({
    projects,
    log: createLog({ name: 'test', level: 'info', write: (line) => events.push((JSON.parse(line) as { event: string }).event) }),
    now: () => new Date(startMs + nowMs),
    nowMs: () => nowMs,
    store: {
      sweepPending: async () => {
        sweeps++;
        await hanging;
        if (failing !== undefined) throw failing;
        return stored;
      },
      notePending: async (note) => {
        await hanging;
        if (failing !== undefined) throw failing;
        notes.push(note);
      },
    },
  });

async function ask(board: PendingBoard, ...callers: readonly PendingCaller[]): Promise<void> {
  for (const each of callers) board.note(each);
  await board.settled();
}
const noted = (): readonly string[] => notes.map((note) => note.caller.instanceId);
const many = (count: number, from = 0): readonly PendingCaller[] => Array.from({ length: count }, (_, i) => caller(from + i));

test('a VM of a named project is noted, with a day to wait', async () => {
  await ask(open(), caller(1));
  expect(notes).toEqual([{ caller: caller(1), calls: 1, at: new Date(startMs), expiresAt: new Date(startMs + 86_400_000) }]);
});

test('nothing is noted or read where Alice names no project, or another one', async () => {
  await ask(open([]), caller(1));
  await ask(open(['other-project']), caller(1));
  expect([notes, sweeps]).toEqual([[], 0]);
});

test('one VM costs one write a minute, which has all its calls and the latest of what it says', async () => {
  const board = open();
  for (nowMs = 0; nowMs < 60_000; nowMs += 1_000) await ask(board, { ...caller(1), peerAddress: `192.0.2.${nowMs / 1000}` });
  await ask(board, { ...caller(1), peerAddress: '192.0.2.200' });
  expect(notes.map(({ calls, caller: { peerAddress } }) => [calls, peerAddress])).toEqual([
    [1, '192.0.2.0'],
    [60, '192.0.2.200'],
  ]);
});

test('a flood of new VMs costs at most 30 calls of the store in any minute, and fills at most 100 places', async () => {
  const board = open();
  let before = 0;
  for (let minute = 0; minute < 20; minute++) {
    for (let second = 0; second < 60; second++, nowMs += 1_000) await ask(board, ...many(20, minute * 1_200 + second * 20));
    expect(notes.length + sweeps - before).toBeLessThanOrEqual(30);
    before = notes.length + sweeps;
    stored = [...new Map(notes.map((note) => [note.caller.instanceId, note])).values()].map(({ caller: one, at, expiresAt }) => ({
      ...one,
      firstSeen: at,
      lastSeen: at,
      count: 1,
      expiresAt,
    }));
  }
  expect(new Set(noted()).size).toBe(100);
  expect(events.filter((event) => event === 'pending.full').length).toBeGreaterThan(0);
  expect(events.length).toBeLessThanOrEqual(20 / 5 + 1);
});

test('a project that floods takes nothing from another one', async () => {
  const board = open(['bob-project', 'other-project']);
  await ask(board, ...many(1_000));
  await ask(board, caller(5000, 'other-project'));
  expect(noted()).toContain('5000');
});

test('what other replicas noted takes places too; a VM among them is noted all the same', async () => {
  stored = many(100).map((one) => ({ ...one, firstSeen: new Date(0), lastSeen: new Date(0), count: 1, expiresAt: new Date(startMs + 1) }));
  await ask(open(), caller(7), caller(7_000));
  expect(noted()).toEqual(['7']);
});

test('places become free as VMs expire', async () => {
  const board = open();
  stored = many(100).map((one) => ({ ...one, firstSeen: new Date(0), lastSeen: new Date(0), count: 1, expiresAt: new Date(startMs + 1) }));
  await ask(board, caller(7_000));
  stored = [];
  nowMs = 300_000;
  await ask(board, caller(7_000));
  expect(noted()).toEqual(['7000']);
});

test('a store that fails is a bounded number of lines in the log, and it is tried again', async () => {
  const board = open();
  failing = new AppError('CLOUD_UNAVAILABLE', 'firestore.list failed');
  for (let i = 0; i < 500; i++) await ask(board, caller(i));
  expect(events.length).toBeLessThanOrEqual(10);
  expect(new Set(events)).toEqual(new Set(['pending.not-written']));
  failing = undefined;
  nowMs = 60_000;
  await ask(board, caller(1));
  expect(noted()).toContain('1');
});

test('a store that hangs has one call at a time, whatever comes meanwhile', async () => {
  const board = open();
  let release = (): void => undefined;
  hanging = new Promise((resolve) => (release = resolve));
  for (const one of many(10_000)) board.note(one);
  expect(sweeps).toBe(1);
  release();
  await board.settled();
  expect(sweeps + notes.length).toBeLessThanOrEqual(10);
});
