import { MemoryState } from '../../../src/server/attestation/memory-state.js';

const at = (seconds: number): Date => new Date(seconds * 1000);
let nowSeconds: number;
let state: MemoryState;

beforeEach(() => {
  nowSeconds = 1000;
  state = new MemoryState(2, () => at(nowSeconds));
});

const value = (lifeSeconds: number) => ({ expiresAt: at(nowSeconds + lifeSeconds) });

test('a taken key is not created again, a missing one is not consumed; the error names it', async () => {
  await state.create('a', value(60));
  await expect(state.create('a', value(60))).rejects.toMatchObject({
    code: 'CLOUD_ALREADY_EXISTS',
    message: expect.stringMatching(/^a /) as string,
  });
  await expect(state.consume('b')).rejects.toMatchObject({ code: 'CLOUD_NOT_FOUND', message: expect.stringMatching(/^b /) as string });
});

test.each([
  [59.999, true],
  [60, false],
  [61, false],
])('a value that lives 60 seconds, after %d: %p', async (seconds, there) => {
  await state.create('a', value(60));
  nowSeconds += seconds;
  expect((await state.get('a')) !== undefined).toBe(there);
  expect(state.size).toBe(there ? 1 : 0);
});

test('a value without an end stays', async () => {
  await state.create('a', { n: 1 });
  nowSeconds += 1e9;
  expect(await state.get('a')).toEqual({ n: 1 });
});

test('a full store takes as many values as it may and no more, and says what to change', async () => {
  await state.create('a', value(60));
  await state.create('b', value(60));
  const full = { code: 'RATE_LIMITED', message: expect.stringContaining('--maxSessions') as string };
  await expect(state.create('c', value(60))).rejects.toMatchObject(full);
  await expect(state.set('c', value(60))).rejects.toMatchObject(full);
  expect(state.size).toBe(2);
});

test('a full store still takes a new value under a key that it holds', async () => {
  await state.create('a', value(60));
  await state.create('b', value(60));
  await state.set('a', { n: 2 });
  expect(await state.get('a')).toEqual({ n: 2 });
});

test('what is over is swept when room is needed, all of it, and not at every write', async () => {
  state = new MemoryState(3, () => at(nowSeconds));
  await state.create('a', value(60));
  await state.create('b', value(60));
  nowSeconds += 60;
  await state.create('c', value(60));
  expect(state.size).toBe(3);
  await state.create('d', value(60));
  expect(state.size).toBe(2);
  expect(await state.get('c')).toBeDefined();
});

it('keeps bytes of its own: not the message that they came in, and not what its sender does with them later', async () => {
  const message = Buffer.alloc(1_000_000, 1);
  const store = new MemoryState(10, () => new Date());
  await store.create('a', { key: message.subarray(10, 42) });
  message.fill(2);
  const kept = (await store.get('a'))?.['key'];
  expect(kept).toEqual(Uint8Array.from({ length: 32 }, () => 1));
  expect((kept as Uint8Array).buffer.byteLength).toBe(32);
});
