import { CallLimits } from '../../../src/server/service/limits.js';
import type { Peer } from '../../../src/appraisal/index.js';
import { KnownPeers } from '../../../src/server/service/known-peers.js';
import { KeyedBuckets, TokenBucket } from '../../../src/server/token-bucket.js';

let nowMs = 0;
const clock = (): number => nowMs;

const from = (address: string, sha256Hex?: string): Peer => ({
  address,
  certificate: sha256Hex === undefined ? undefined : { serialDecimal: '5', sha256Hex },
});

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
  expect(passed(() => limits.admitConnection(from('198.51.100.1')), 100)).toBe(10);
  expect(passed(() => limits.admitConnection(from('198.51.100.2')), 1)).toBe(1);
});

test('nor can an IPv6 subscriber, who has a whole /64', () => {
  const limits = new CallLimits({ callsPerMinute: 240, callsPerMinutePerInstance: 60 }, clock);
  let host = 0;
  expect(passed(() => limits.admitConnection(from(`2001:db8:0:1::${(++host).toString(16)}`)), 100)).toBe(10);
  expect(passed(() => limits.admitConnection(from('2001:db8:0:2::1')), 1)).toBe(1);
});

test('one client certificate has half of what is there for all, from however many addresses', () => {
  const limits = new CallLimits({ callsPerMinute: 240, callsPerMinutePerInstance: 60 }, clock);
  let host = 0;
  expect(passed(() => limits.admitConnection(from(`address ${host++}`, 'aa')), 100)).toBe(20);
  expect(passed(() => limits.admitConnection(from('address 1', 'bb')), 1)).toBe(1);
});

test('strangers together are limited, and leave a quarter to places from which approved VMs were admitted', () => {
  const limits = new CallLimits({ callsPerMinute: 480, callsPerMinutePerInstance: 60 }, clock);
  limits.noteAdmitted('1', from('198.51.100.1', 'aa'));
  let address = 0;
  expect(passed(() => limits.admitConnection(from(`address ${address++}`)), 200)).toBe(60);
  // No single known place can use up what is kept for all of them.
  expect(passed(() => limits.admitConnection(from('198.51.100.1', 'aa')), 100)).toBe(5);
  expect(passed(() => limits.admitConnection(from('198.51.100.1', 'bb')), 1)).toBe(0);
  for (let i = 2; i < 12; i++) limits.noteAdmitted(String(i), from(`198.51.100.${i}`));
  let host = 2;
  expect(passed(() => limits.admitConnection(from(`198.51.100.${2 + (host++ % 10)}`)), 100)).toBe(15);
});

test('a VM that calls from many places is known at the last one only', () => {
  const known = new KnownPeers();
  known.note('2', from('198.51.100.1', 'aa'));
  for (let i = 1; i < 30; i++) known.note('1', from(`198.51.100.${i}`, 'aa'));
  expect(known.has(from('198.51.100.29', 'aa'))).toBe(true);
  expect(known.has(from('198.51.100.28', 'aa'))).toBe(false);
  expect(known.hasNetwork('198.51.100.28')).toBe(false);
  // Another VM was admitted from there.
  expect(known.has(from('198.51.100.1', 'aa'))).toBe(true);
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
      limits.admitConnection(from('198.51.100.1'));
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
