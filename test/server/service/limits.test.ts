import { CallLimits } from '../../../src/server/service/limits.js';
import { KeyedBuckets, TokenBucket } from '../../../src/server/token-bucket.js';

let nowMs = 0;
const clock = (): number => nowMs;

beforeEach(() => {
  nowMs = 1_000_000;
});

const taken = (take: () => boolean, times: number): number => Array.from({ length: times }, take).filter(Boolean).length;
const passed = (act: () => void, times: number): number =>
  taken(() => {
    try {
      act();
      return true;
    } catch (error) {
      expect(error).toMatchObject({ code: 'RATE_LIMITED' });
      return false;
    }
  }, times);

test('a bucket lets its capacity through at once, then its rate', () => {
  const bucket = new TokenBucket({ perMinute: 60, capacity: 5 }, clock);
  expect(taken(() => bucket.take(), 20)).toBe(5);
  expect(bucket.waitMs()).toBe(1000);
  nowMs += 3000;
  expect(bucket.waitMs()).toBe(0);
  expect(taken(() => bucket.take(), 20)).toBe(3);
});

test('a bucket never holds more than its capacity', () => {
  const bucket = new TokenBucket({ perMinute: 60, capacity: 5 }, clock);
  nowMs += 3_600_000;
  expect(taken(() => bucket.take(), 20)).toBe(5);
});

test('keys have buckets of their own, and only so many are remembered', () => {
  const buckets = new KeyedBuckets({ perMinute: 60, capacity: 1, maxKeys: 3 }, clock);
  expect(['a', 'b', 'a', 'b'].map((key) => buckets.take(key))).toEqual([true, true, false, false]);
  for (let i = 0; i < 1000; i++) buckets.take(`key ${i}`);
  expect(buckets.size).toBe(3);
});

test('one address cannot use up what is there for all', () => {
  const limits = new CallLimits({ callsPerMinute: 240, callsPerMinutePerInstance: 60 }, clock);
  expect(passed(() => limits.admitConnection('198.51.100.1'), 100)).toBe(10);
  expect(passed(() => limits.admitConnection('198.51.100.2'), 1)).toBe(1);
});

test('all callers together are limited', () => {
  const limits = new CallLimits({ callsPerMinute: 240, callsPerMinutePerInstance: 60 }, clock);
  let address = 0;
  expect(passed(() => limits.admitConnection(`address ${address++}`), 200)).toBe(40);
});

test('one instance is limited, another is not', () => {
  const limits = new CallLimits({ callsPerMinute: 6000, callsPerMinutePerInstance: 60 }, clock);
  expect(passed(() => limits.admitInstance('1'), 100)).toBe(30);
  expect(passed(() => limits.admitInstance('2'), 1)).toBe(1);
});

test('an instance without a record may be looked up twenty times, then thirty times a minute', () => {
  const limits = new CallLimits({ callsPerMinute: 6000, callsPerMinutePerInstance: 600 }, clock);
  const look = (): void => {
    limits.admitInstance('1');
    limits.noteUnknown('1');
  };
  expect(passed(look, 50)).toBe(20);
  nowMs += 20_000;
  expect(passed(look, 50)).toBe(10);
});

test('a polling client that asks every ten seconds is never limited', () => {
  const limits = new CallLimits({ callsPerMinute: 6000, callsPerMinutePerInstance: 60 }, clock);
  expect(
    passed(() => {
      limits.admitConnection('198.51.100.1');
      limits.admitInstance('1');
      limits.noteUnknown('1');
      nowMs += 10_000;
    }, 500),
  ).toBe(500);
});

test('sessions of one instance are limited to a sixth of its calls', () => {
  const limits = new CallLimits({ callsPerMinute: 6000, callsPerMinutePerInstance: 60 }, clock);
  expect(passed(() => limits.admitSession('1'), 100)).toBe(10);
});
