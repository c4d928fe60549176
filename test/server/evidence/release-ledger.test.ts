import fc from 'fast-check';
import { MemoryState } from '../../../src/server/attestation/memory-state.js';
import { ReleaseLedger, type Claimant } from '../../../src/server/evidence/release-ledger.js';

const account = { instanceId: '1', approvalDigest: 'AA==' };
const session = (n: number, openedAtSeconds = 1000): Claimant => ({
  sessionId: Buffer.alloc(32, n),
  releaseKey: Buffer.alloc(65, n),
  openedAtSeconds,
});

let state: MemoryState;
let ledger: ReleaseLedger;

beforeEach(() => {
  state = new MemoryState(10_000, () => new Date(0));
  ledger = new ReleaseLedger(state);
});

test('releases are numbered from 1', async () => {
  expect(await ledger.usedByOthers(account, undefined)).toBe(0);
  expect(await ledger.count(account, session(1), 3, 1000)).toBe(1);
  expect(await ledger.count(account, session(2), 3, 1000)).toBe(2);
  expect(await ledger.usedByOthers(account, undefined)).toBe(2);
});

test('the same session with the same release key gets its number again, and does not count against itself', async () => {
  await ledger.count(account, session(1), 1, 1000);
  expect(await ledger.count(account, session(1), 1, 1010)).toBe(1);
  expect(await ledger.usedByOthers(account, session(1))).toBe(0);
  expect(await ledger.usedByOthers(account, session(2))).toBe(1);
});

test('another release key is another release', async () => {
  await ledger.count(account, session(1), 2, 1000);
  expect(await ledger.count(account, { ...session(1), releaseKey: Buffer.alloc(65, 9) }, 2, 1000)).toBe(2);
});

test('no release beyond the number that Alice approved', async () => {
  await ledger.count(account, session(1), 1, 1000);
  await expect(ledger.count(account, session(2), 1, 1000)).rejects.toMatchObject({ code: 'STEP_OUT_OF_ORDER' });
});

test('of twenty sessions that race for three releases, three get one each', async () => {
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, i) => new ReleaseLedger(state).count(account, session(i), 3, 1000)),
  );
  const numbers = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  expect(numbers.toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
});

test('one session that asks many replicas at the same time is counted once', async () => {
  const numbers = await Promise.all(Array.from({ length: 8 }, () => new ReleaseLedger(state).count(account, session(1), 3, 1000)));
  expect(numbers).toEqual(Array.from({ length: 8 }, () => 1));
  expect(await ledger.usedByOthers(account, undefined)).toBe(1);
});

test('a new approval, and another instance, begin at 1', async () => {
  await ledger.count(account, session(1), 1, 1000);
  expect(await ledger.count({ ...account, approvalDigest: 'BB==' }, session(2), 1, 1000)).toBe(1);
  expect(await ledger.count({ ...account, instanceId: '2' }, session(2), 1, 1000)).toBe(1);
});

test('a release without a session is a new one each time', async () => {
  const nobody = { sessionId: Buffer.alloc(0), releaseKey: Buffer.alloc(0), openedAtSeconds: 0 };
  expect(await ledger.count(account, nobody, 'unlimited', 1000)).toBe(1);
  expect(await ledger.count(account, nobody, 'unlimited', 1000)).toBe(2);
});

test('the count is found among any number of releases, without asking for each', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 300 }), async (used) => {
      const store = new MemoryState(10_000, () => new Date(0));
      for (let n = 1; n <= used; n++) await store.create(`release.1.AA.${n}`, { session: '', releaseKey: '', countedAtSeconds: 0 });
      let reads = 0;
      const counting = new ReleaseLedger({
        create: (key, value) => store.create(key, value),
        set: (key, value) => store.set(key, value),
        consume: (key) => store.consume(key),
        getMany: (keys) => {
          reads += keys.length;
          return store.getMany(keys);
        },
        get: (key) => {
          reads++;
          return store.get(key);
        },
      });
      expect(await counting.usedByOthers(account, undefined)).toBe(used);
      expect(reads).toBeLessThanOrEqual(20);
    }),
  );
});

test('a count with a standing of before others counted takes the next free number', async () => {
  const standing = await ledger.standing(account, session(9));
  await ledger.count(account, session(1), 3, 1000);
  await ledger.count(account, session(2), 3, 1000);
  expect(await ledger.count(account, session(9), 3, 1000, standing)).toBe(3);
});

test('a count with a standing of before the last release was taken is refused', async () => {
  const standing = await ledger.standing(account, session(9));
  await ledger.count(account, session(1), 1, 1000);
  await expect(ledger.count(account, session(9), 1, 1000, standing)).rejects.toMatchObject({ code: 'STEP_OUT_OF_ORDER' });
});

test('a count with a standing of before the same session was counted elsewhere gives that number', async () => {
  const standing = await ledger.standing(account, session(9));
  await ledger.count(account, session(1), 3, 1000);
  await ledger.count(account, session(9), 3, 1000);
  expect(await ledger.count(account, session(9), 3, 1000, standing)).toBe(2);
  expect(await ledger.usedByOthers(account, undefined)).toBe(2);
});

test('what another replica counted since is found, also by one that met the approval before', async () => {
  expect(await ledger.usedByOthers(account, undefined)).toBe(0);
  const replica = new ReleaseLedger(state);
  for (let n = 1; n <= 11; n++) {
    expect(await replica.count(account, session(n), 'unlimited', 1000)).toBe(n);
    if (n % 5 === 0) expect(await ledger.usedByOthers(account, undefined)).toBe(n);
  }
  expect(await ledger.usedByOthers(account, undefined)).toBe(11);
});

test('after documents were removed the count is that of those that are left', async () => {
  for (let n = 1; n <= 5; n++) await ledger.count(account, session(n), 'unlimited', 1000);
  for (let n = 2; n <= 5; n++) await state.consume(`release.1.AA.${n}`);
  expect(await ledger.usedByOthers(account, undefined)).toBe(1);
});

test('a look-up that was foreseen serves the approval that it is of, and no other', async () => {
  await ledger.count(account, session(1), 3, 1000);
  expect(await ledger.standing(account, session(1), ledger.foresee('1'))).toEqual({ used: 1, own: 1 });
  expect(await ledger.standing({ ...account, approvalDigest: 'BB==' }, session(1), ledger.foresee('1'))).toEqual({
    used: 0,
    own: undefined,
  });
});

test('nothing is foreseen of an instance that was never met; an approval that is expected is', async () => {
  await new ReleaseLedger(state).count(account, session(1), 3, 1000);
  expect(ledger.foresee('1')).toBeUndefined();
  ledger.expect(account);
  const foreseen = ledger.foresee('1');
  expect(foreseen?.approvalDigest).toBe(account.approvalDigest);
  expect(await ledger.standing(account, session(2), foreseen)).toEqual({ used: 1, own: undefined });
});

test('a session finds its number again behind those of others, unless they are too many', async () => {
  await ledger.count(account, session(0), 'unlimited', 1000);
  for (let n = 1; n <= 99; n++) await ledger.count(account, session(n), 'unlimited', 1000);
  expect((await ledger.standing(account, session(0))).own).toBe(1);
  expect((await ledger.standing(account, session(41))).own).toBe(42);
  expect((await ledger.standing(account, { ...session(1), releaseKey: Buffer.alloc(65) })).own).toBeUndefined();
  for (let n = 100; n <= 130; n++) await ledger.count(account, session(n), 'unlimited', 1000);
  expect((await ledger.standing(account, session(0))).own).toBeUndefined();
});

test('looking back ends at a release from before the session', async () => {
  await ledger.count(account, session(1), 'unlimited', 1000);
  await ledger.count(account, session(2), 'unlimited', 2000);
  await ledger.count(account, session(3), 'unlimited', 5000);
  expect((await ledger.standing(account, session(1, 5000))).own).toBeUndefined();
  expect((await ledger.standing(account, session(1, 3000))).own).toBeUndefined();
  expect((await ledger.standing(account, session(1, 1000))).own).toBe(1);
});

test('one look-up serves the check and the count of a release', async () => {
  await ledger.count(account, session(1), 3, 1000);
  const reads: string[] = [];
  const counting = new ReleaseLedger({
    create: (key, value) => state.create(key, value),
    set: (key, value) => state.set(key, value),
    consume: (key) => state.consume(key),
    getMany: (keys) => {
      reads.push(...keys);
      return state.getMany(keys);
    },
    get: (key) => {
      reads.push(key);
      return state.get(key);
    },
  });
  const standing = await counting.standing(account, session(2));
  expect(await counting.count(account, session(2), 3, 1000, standing)).toBe(2);
  expect(reads).toEqual(['release.1.AA.1', 'release.1.AA.2']);
  expect((await counting.standing(account, undefined)).used).toBe(2);
  // From where it stood, not from the beginning.
  expect(reads.slice(2)).toEqual(['release.1.AA.2', 'release.1.AA.3']);
});
