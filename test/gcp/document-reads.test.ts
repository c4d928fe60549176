import { DocumentReads } from '../../src/gcp/document-reads.js';
import type { FoundDocuments } from '../../src/gcp/firestore-rpc.js';

interface Request {
  readonly names: readonly string[];
  readonly answer: () => void;
  readonly fail: (error: Error) => void;
}

/** Reads against a far side that answers when it is told to. */
function readsOf(): { readonly reads: DocumentReads; readonly requests: Request[] } {
  const requests: Request[] = [];
  const batchGet = (names: readonly string[]): Promise<FoundDocuments> =>
    new Promise((resolve, fail) => {
      const answer = (): void => resolve(new Map(names.map((name) => [name, { at: { integer: requests.length } }])));
      requests.push({ names, answer, fail });
    });
  return { reads: new DocumentReads(batchGet), requests };
}

/** The present turn ends, with all that it asked for, and what was promised meanwhile is done. */
const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(() => setImmediate(resolve)));
const namesOf = (requests: readonly Request[]): (readonly string[])[] => requests.map(({ names }) => names);
const numbered = (count: number, letter: string): string[] => Array.from({ length: count }, (_, i) => `${letter}${i}`);

/** Eight requests are under way, of one document each. */
async function busy(): Promise<ReturnType<typeof readsOf> & { readonly first: Promise<FoundDocuments>[] }> {
  const far = readsOf();
  const first: Promise<FoundDocuments>[] = [];
  for (const name of numbered(8, 'busy')) {
    first.push(far.reads.read([name]));
    await nextTurn();
  }
  expect(namesOf(far.requests)).toEqual(numbered(8, 'busy').map((name) => [name]));
  return { ...far, first };
}

it('the reads of one turn are one request, and each gets what it asked for', async () => {
  const { reads, requests } = readsOf();
  const turns = jest.spyOn(globalThis, 'setImmediate');
  const asked = Promise.all([reads.read(['a']), reads.read(['b', 'c'])]);
  await Promise.resolve().then(() => undefined);
  const later = reads.read(['d']);
  expect(requests).toEqual([]);
  expect(turns).toHaveBeenCalledTimes(1);
  turns.mockRestore();
  await nextTurn();
  expect(namesOf(requests)).toEqual([['a', 'b', 'c', 'd']]);
  requests[0]?.answer();
  const [a, b] = await asked;
  expect([a.has('a'), b.has('b'), b.has('c'), (await later).has('d')]).toEqual([true, true, true, true]);
});

it('a document that several ask for is asked for once', async () => {
  const { reads, requests } = readsOf();
  const asked = Promise.all([reads.read(['a', 'b']), reads.read(['b', 'a']), reads.read(['a'])]);
  await nextTurn();
  expect(namesOf(requests)).toEqual([['a', 'b']]);
  requests[0]?.answer();
  for (const found of await asked) expect(found.has('a')).toBe(true);
});

it('a read is never answered by a request that began before it, though that asks for the same document', async () => {
  const { reads, requests } = readsOf();
  const early = reads.read(['a']);
  await nextTurn();
  const late = reads.read(['a']);
  let lateIsAnswered = false;
  void late.then(() => (lateIsAnswered = true));
  requests[0]?.answer();
  await early;
  await nextTurn();
  expect(lateIsAnswered).toBe(false);
  expect(namesOf(requests)).toEqual([['a'], ['a']]);
  requests[1]?.answer();
  expect(await late).not.toBe(await early);
});

it('while eight are under way the rest waits, and then goes as one', async () => {
  const { reads, requests, first } = await busy();
  const waiting: Promise<FoundDocuments>[] = [];
  for (const name of ['x', 'y', 'z']) {
    waiting.push(reads.read([name]));
    await nextTurn();
  }
  expect(requests).toHaveLength(8);
  requests[3]?.answer();
  await first[3];
  await nextTurn();
  expect(namesOf(requests.slice(8))).toEqual([['x', 'y', 'z']]);
  for (const { answer } of requests) answer();
  await Promise.all([...first, ...waiting]);
});

it('after a request that failed, too, what waits goes on', async () => {
  const { reads, requests, first } = await busy();
  const waiting = reads.read(['x']);
  requests[0]?.fail(new Error('broken'));
  await expect(first[0]).rejects.toThrow('broken');
  await nextTurn();
  expect(namesOf(requests.slice(8))).toEqual([['x']]);
  for (const { answer } of requests) answer();
  await Promise.all([...first.slice(1), waiting]);
});

it('one that fails fails its own readers, all of them, and nobody else', async () => {
  const { reads, requests } = readsOf();
  const failing = [reads.read(['a']), reads.read(['b'])];
  await nextTurn();
  const other = reads.read(['a']);
  await nextTurn();
  requests[0]?.fail(new Error('broken'));
  for (const each of failing) await expect(each).rejects.toThrow('broken');
  requests[1]?.answer();
  expect((await other).has('a')).toBe(true);
});

it('a request asks for 100 documents at most; what does not fit goes in the next, in order', async () => {
  const { reads, requests } = readsOf();
  const asked = ['a', 'b', 'c', 'd'].map((letter) => reads.read(numbered(40, letter)));
  const last = reads.read(numbered(20, 'e'));
  await nextTurn();
  expect(namesOf(requests)).toEqual([
    [...numbered(40, 'a'), ...numbered(40, 'b')],
    [...numbered(40, 'c'), ...numbered(40, 'd'), ...numbered(20, 'e')],
  ]);
  for (const { answer } of requests) answer();
  await Promise.all([...asked, last]);
});

it.each([
  [50, [100]],
  [51, [50, 51]],
])('50 documents and %i are requests of %j', async (count, lengths) => {
  const { reads, requests } = readsOf();
  const asked = [reads.read(numbered(50, 'a')), reads.read(numbered(count, 'b'))];
  await nextTurn();
  expect(requests.map(({ names }) => names.length)).toEqual(lengths);
  for (const { answer } of requests) answer();
  await Promise.all(asked);
});

it('a read that alone asks for more goes alone, wherever it stands', async () => {
  const { reads, requests } = readsOf();
  const asked = [['first'], numbered(150, 'many'), ['last']].map((names) => reads.read(names));
  await nextTurn();
  expect(namesOf(requests)).toEqual([['first'], numbered(150, 'many'), ['last']]);
  for (const { answer } of requests) answer();
  await Promise.all(asked);
});

it('more batches than eight at once wait too', async () => {
  const { reads, requests } = readsOf();
  const asked = Promise.all(Array.from({ length: 12 }, (_, i) => reads.read(numbered(100, `batch${i}-`))));
  let served = 0;
  for (const underWay of [8, 4]) {
    await nextTurn();
    expect(requests).toHaveLength(served + underWay);
    for (const { answer } of requests.slice(served)) answer();
    served += underWay;
  }
  expect(await asked).toHaveLength(12);
});
