import { AppError } from '../../../src/base/index.js';
import { found, type AuditRead, type Lookup } from '../../../src/facts/index.js';
import type { AuditQuery } from '../../../src/gcp/index.js';
import { HistoryReader } from '../../../src/server/evidence/history.js';
import { entry, record } from '../../appraisal/evidence-fixture.js';

let queries: AuditQuery[];
let answer: (query: AuditQuery) => Promise<Lookup<AuditRead>>;
let reader: HistoryReader;

const now = new Date('2021-06-22T12:10:00Z');

beforeEach(() => {
  queries = [];
  answer = ({ from, until }) => Promise.resolve(found({ entries: [], complete: true, from, until }));
  reader = open(60);
});

afterEach(() => {
  reader.close();
  jest.useRealTimers();
});

const open = (readsPerMinute: number): HistoryReader =>
  new HistoryReader(
    {
      read: (query) => {
        queries.push(query);
        return answer(query);
      },
    },
    { readsPerMinute, now: () => now },
  );

test('one VM: itself and its approved disks, from one hour before Alice stopped reading until now', async () => {
  await reader.read(record());
  expect(queries).toMatchObject([
    {
      project: 'tc-4f4f5a70',
      instanceIds: ['8939838129032687278'],
      diskIds: ['2345678901'],
      from: '2021-06-22T11:04:00.000Z',
      until: '2021-06-22T12:10:00.000Z',
    },
  ]);
  // What Bob asked for in his calls may be long, and no check reads it.
  expect(queries[0]).not.toHaveProperty('withRequests');
});

test('requests of one project that wait together are one read, from the earliest bound', async () => {
  await Promise.all([
    reader.read(record({ instanceid: '1', history_checked_until: '2021-06-22T12:00:00Z' })),
    reader.read(record({ instanceid: '2', history_checked_until: '2021-06-22T10:00:00Z' })),
    reader.read(record({ instanceid: '2', history_checked_until: '2021-06-22T12:00:00Z' })),
  ]);
  expect(queries).toMatchObject([{ instanceIds: ['1', '2'], from: '2021-06-22T09:00:00.000Z' }]);
});

test('each request gets only what is after its own bound; an entry without a legible time is kept', async () => {
  const at = (timestamp: string): ReturnType<typeof entry> => entry({ timestamp });
  answer = (query) =>
    Promise.resolve(
      found({
        entries: [at('2021-06-22T09:30:00Z'), at('2021-06-22T11:30:00Z'), at('soon')],
        complete: true,
        from: query.from,
        until: query.until,
      }),
    );
  const [late, early] = await Promise.all([
    reader.read(record({ history_checked_until: '2021-06-22T12:00:00Z' })),
    reader.read(record({ history_checked_until: '2021-06-22T10:00:00Z' })),
  ]);
  const times = (lookup: Lookup<AuditRead>): unknown =>
    lookup.kind === 'found' && [lookup.value.from, lookup.value.entries.map(({ timestamp }) => timestamp)];
  expect(times(late)).toEqual(['2021-06-22T11:00:00.000Z', ['2021-06-22T11:30:00Z', 'soon']]);
  expect(times(early)).toEqual(['2021-06-22T09:00:00.000Z', ['2021-06-22T09:30:00Z', '2021-06-22T11:30:00Z', 'soon']]);
});

test('projects are read apart, and a failure of one is not a failure of the other', async () => {
  answer = (query) =>
    query.project === 'bad'
      ? Promise.reject(new AppError('CLOUD_UNAVAILABLE', 'quota'))
      : Promise.resolve(found({ entries: [], complete: true, ...query }));
  const both = await Promise.allSettled([reader.read(record({ client_project: 'bad' })), reader.read(record({ client_project: 'good' }))]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
});

test('one read of a project is under way at a time: who asks meanwhile is in the next one, also after one that failed', async () => {
  const ends: ((error?: Error) => void)[] = [];
  answer = (query) =>
    new Promise((resolve, reject) => {
      ends.push((error) => (error === undefined ? resolve(found({ entries: [], complete: true, ...query })) : reject(error)));
    });
  const first = reader.read(record({ instanceid: '1' })).catch((error: unknown) => error);
  while (ends.length < 1) await new Promise(setImmediate);
  const next = [reader.read(record({ instanceid: '2' })), reader.read(record({ instanceid: '3' }))];
  const elsewhere = reader.read(record({ client_project: 'other' }));
  while (ends.length < 2) await new Promise(setImmediate);
  ends[1]?.();
  await elsewhere;
  expect(queries.map(({ instanceIds }) => instanceIds)).toEqual([['1'], ['8939838129032687278']]);
  ends[0]?.(new AppError('CLOUD_UNAVAILABLE', 'down'));
  expect(await first).toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
  while (ends.length < 3) await new Promise(setImmediate);
  ends[2]?.();
  await Promise.all(next);
  expect(queries.slice(2).map(({ instanceIds }) => instanceIds)).toEqual([['2', '3']]);
});

test('at most 500 VMs a read', async () => {
  await Promise.all(Array.from({ length: 501 }, (_, i) => reader.read(record({ instanceid: String(i + 1) }))));
  expect(queries.map(({ instanceIds }) => instanceIds.length)).toEqual([500, 1]);
});

describe('under a quota', () => {
  let nowMs: number;

  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['performance'] });
    nowMs = 0;
    reader = new HistoryReader(
      {
        read: (query) => {
          queries.push(query);
          return answer(query);
        },
      },
      { readsPerMinute: 5, now: () => now, nowMs: () => nowMs },
    );
  });

  const pass = async (ms: number): Promise<void> => {
    nowMs += ms;
    await jest.advanceTimersByTimeAsync(ms);
  };

  test('reads are spread out, and projects take turns', async () => {
    const waits = [
      ...Array.from({ length: 501 }, (_, i) => reader.read(record({ client_project: 'big', instanceid: String(i + 1) }))),
      reader.read(record({ client_project: 'small' })),
    ];
    for (const wait of waits) wait.catch(() => undefined);
    await pass(0);
    expect(queries.map(({ project }) => project)).toEqual(['big']);
    await pass(12_010);
    expect(queries.map(({ project }) => project)).toEqual(['big', 'small']);
    await pass(12_010);
    expect(queries.map(({ project }) => project)).toEqual(['big', 'small', 'big']);
  });

  test('a read of many pages takes its turn for each of them: a flooded project delays another one by one interval', async () => {
    const pages: string[] = [];
    answer = async (query) => {
      pages.push(query.project);
      for (let page = 1; query.project === 'flooded' && page < 4; page++) {
        await query.beforePage?.();
        pages.push(query.project);
      }
      return found({ entries: [], complete: true, ...query });
    };
    const flooded = reader.read(record({ client_project: 'flooded' }));
    await pass(0);
    const small = reader.read(record({ client_project: 'small' }));
    await pass(12_010);
    expect(pages).toEqual(['flooded', 'small']);
    await expect(small).resolves.toMatchObject({ kind: 'found' });
    // It was served before, and after a page of the flooded one it is its turn again, although that one waits for longer.
    await pass(12_010);
    expect(pages).toEqual(['flooded', 'small', 'flooded']);
    const again = reader.read(record({ client_project: 'small' }));
    await pass(12_010);
    await expect(again).resolves.toMatchObject({ kind: 'found' });
    await pass(12_010);
    await pass(12_010);
    await expect(flooded).resolves.toMatchObject({ kind: 'found' });
    expect(pages).toEqual(['flooded', 'small', 'flooded', 'small', 'flooded', 'flooded']);
  });

  test('a twentieth of fifty reads a minute is one in 24 seconds', async () => {
    reader = new HistoryReader({ read: (query) => (queries.push(query), answer(query)) }, { readsPerMinute: 2.5, nowMs: () => nowMs });
    for (const project of ['p0', 'p1', 'p2']) reader.read(record({ client_project: project })).catch(() => undefined);
    await pass(0);
    await pass(23_900);
    expect(queries.map(({ project }) => project)).toEqual(['p0']);
    await pass(200);
    expect(queries.map(({ project }) => project)).toEqual(['p0', 'p1']);
  });

  test('a page that waits too long for its turn ends the read', async () => {
    answer = async (query) => {
      await query.beforePage?.();
      return found({ entries: [], complete: true, ...query });
    };
    const waits = Array.from({ length: 4 }, (_, i) => reader.read(record({ client_project: `p${i}` })).catch((error: unknown) => error));
    await pass(0);
    for (let i = 0; i < 6; i++) await pass(12_010);
    expect(await waits[3]).toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
  });

  test('who waits longer than 30 s is told that nothing could be decided', async () => {
    for (let i = 0; i < 4; i++) reader.read(record({ client_project: `p${i}` })).catch(() => undefined);
    const last = reader.read(record({ client_project: 'last' })).catch((error: unknown) => error);
    await pass(0);
    for (let i = 0; i < 3; i++) await pass(12_010);
    expect(await last).toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
    expect(queries.map(({ project }) => project)).toEqual(['p0', 'p1', 'p2']);
  });

  test('closing gives up those who wait', async () => {
    const waiting = reader.read(record()).catch((error: unknown) => error);
    reader.close();
    expect(await waiting).toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
  });
});
