import fc from 'fast-check';
import { SameBytes } from '../../src/gcp/same-bytes.js';

interface Decoded {
  readonly text: string;
}

/** What each answer takes beside its bytes. */
const kib = 1024;
const ample = 16 * 2 * kib;

/** A decoder that counts what it had to decode. */
function counting(room: number): { readonly read: (place: string, text: string) => Decoded; readonly decoded: string[] } {
  const known = new SameBytes<Decoded>(room);
  const decoded: string[] = [];
  const decode = (bytes: Buffer): Decoded => {
    const text = bytes.toString();
    decoded.push(text);
    return { text };
  };
  return { read: (place, text) => known.decode(place, Buffer.from(text), decode), decoded };
}

test('the same bytes of the same place are decoded once', () => {
  const { read, decoded } = counting(ample);
  expect(read('a', 'x')).toBe(read('a', 'x'));
  expect(decoded).toEqual(['x']);
});

test('other bytes, also of the same length, and the same bytes of another place are decoded', () => {
  const { read, decoded } = counting(ample);
  for (const [place, text] of [
    ['a', 'xy'],
    ['a', 'xz'],
    ['a', 'xzz'],
    ['a', 'xz'],
    ['b', 'xz'],
  ] as const)
    expect(read(place, text)).toEqual({ text });
  expect(decoded).toEqual(['xy', 'xz', 'xzz', 'xz', 'xz']);
});

test('the one that was not asked for the longest goes first when there is no room', () => {
  const { read, decoded } = counting(16 * (kib + 10));
  const text = 'x'.repeat(10);
  for (let i = 0; i < 16; i++) read(`place ${i}`, text);
  expect(read('place 0', text)).toBe(read('place 0', text));
  expect(decoded).toHaveLength(16);
  read('one more', text);
  read('place 0', text);
  expect(decoded).toHaveLength(17);
  read('place 1', text);
  expect(decoded).toHaveLength(18);
});

test('an answer of more than a sixteenth of the room is never kept, and pushes nothing out', () => {
  const { read, decoded } = counting(16 * (kib + 10));
  read('small', 'x'.repeat(10));
  for (let i = 0; i < 2; i++) read('large', 'x'.repeat(11));
  read('small', 'x'.repeat(10));
  expect(decoded.map(({ length }) => length)).toEqual([10, 11, 11]);
});

test('an error is not kept, nor what was known before it', () => {
  const known = new SameBytes<Decoded>(ample);
  const good = (): Decoded => ({ text: 'good' });
  const bad = (): Decoded => {
    throw new Error('does not decode');
  };
  known.decode('a', Buffer.from('1'), good);
  expect(() => known.decode('a', Buffer.from('2'), bad)).toThrow('does not decode');
  expect(() => known.decode('a', Buffer.from('2'), bad)).toThrow('does not decode');
  expect(() => known.decode('a', Buffer.from('1'), bad)).toThrow('does not decode');
});

test('bytes that change after they were decoded are not the same bytes', () => {
  const known = new SameBytes<Decoded>(ample);
  const bytes = Buffer.from('old');
  const decode = (own: Buffer): Decoded => ({ text: own.toString() });
  expect(known.decode('a', bytes, decode)).toEqual({ text: 'old' });
  bytes.set(Buffer.from('new'));
  expect(known.decode('a', bytes, decode)).toEqual({ text: 'new' });
});

test('whatever is asked for in whatever order, what comes is what the bytes say', () => {
  const asked = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.string({ maxLength: 12 })), { maxLength: 60 });
  fc.assert(
    fc.property(asked, fc.integer({ min: 0, max: 40 * kib }), (questions, room) => {
      const { read } = counting(room);
      for (const [place, text] of questions) expect(read(place, text)).toEqual({ text: Buffer.from(text).toString() });
    }),
  );
});
