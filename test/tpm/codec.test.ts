import { AppError } from '../../src/base/index.js';
import { Reader, Writer } from '../../src/tpm/index.js';
import { unhex } from './support/vectors.js';

const malformed = (message: string): AppError => expect.objectContaining({ code: 'BYTES_MALFORMED', message }) as AppError;

describe('Reader', () => {
  it('reads big-endian integers of each size', () => {
    const reader = new Reader(unhex('01 0203 04050607 08090a0b0c0d0e0f'.replaceAll(' ', '')), 'x');
    expect([reader.u8('a'), reader.u16('b'), reader.u32('c'), reader.u64('d')]).toEqual([1, 0x0203, 0x04050607, 0x08090a0b0c0d0e0fn]);
    expect(reader.remaining).toBe(0);
    expect(() => reader.finish()).not.toThrow();
  });

  it('reads unsigned: the top bit is no sign', () => {
    const reader = new Reader(Buffer.alloc(15, 0xff), 'x');
    expect([reader.u8('a'), reader.u16('b'), reader.u32('c'), reader.u64('d')]).toEqual([0xff, 0xffff, 0xffffffff, 0xffffffffffffffffn]);
  });

  it('names the path of the field that is too short', () => {
    expect(() => new Reader(Buffer.alloc(3), 'quote').u32('clock')).toThrow(malformed('quote/clock: needs 4 bytes, 3 are left'));
    expect(() => new Reader(unhex('ffff00'), 'quote').sized('signer')).toThrow(malformed('quote/signer: needs 65535 bytes, 1 are left'));
  });

  it('refuses a length over the limit of the field, even when the bytes are there', () =>
    expect(() => new Reader(unhex('0003aabbcc'), 'quote').sized('signer', 2)).toThrow(
      malformed('quote/signer: length 3 is over the limit of 2'),
    ));

  it('refuses leftover bytes', () =>
    expect(() => new Reader(Buffer.alloc(2), 'quote').finish()).toThrow(malformed('quote: 2 bytes are left over at the end')));

  it('keeps a nested structure inside its own length', () => {
    const reader = new Reader(unhex('0002aabbcc'), 'outer');
    const inner = reader.nested('inner');
    expect(inner.u8('first')).toBe(0xaa);
    expect(() => inner.u16('second')).toThrow(malformed('outer/inner/second: needs 2 bytes, 1 are left'));
    expect(() => inner.finish()).toThrow(malformed('outer/inner: 1 bytes are left over at the end'));
    expect(reader.remaining).toBe(1);
  });

  it('reads a view in the middle of a larger buffer, and gives copies', () => {
    const whole = unhex('ffff0102ffff');
    const reader = new Reader(new Uint8Array(whole.buffer, whole.byteOffset + 2, 2), 'x');
    const bytes = reader.bytes(2, 'a');
    whole.fill(0);
    expect(bytes).toEqual(unhex('0102'));
  });

  it('does not move on after a failure', () => {
    const reader = new Reader(unhex('0102'), 'x');
    expect(() => reader.u32('a')).toThrow(AppError);
    expect(reader.u16('b')).toBe(0x0102);
  });
});

describe('Writer', () => {
  it('writes what Reader reads', () => {
    const bytes = new Writer().u8(1).u16(0x0203).u32(0x04050607).u64(0x08090a0b0c0d0e0fn).bytes(unhex('10')).sized(unhex('1112')).done();
    expect(bytes.toString('hex')).toBe('0102030405060708090a0b0c0d0e0f1000021112');
  });

  it('writes the smallest and the largest number of each size', () => {
    const smallest = new Writer().u8(0).u16(0).u32(0).u64(0n).done();
    expect(smallest).toEqual(Buffer.alloc(15));
    const largest = new Writer().u8(0xff).u16(0xffff).u32(0xffffffff).u64(0xffffffffffffffffn).done();
    expect(largest).toEqual(Buffer.alloc(15, 0xff));
  });

  it('says which number does not fit into how many bytes', () => {
    expect(() => new Writer().u16(65536)).toThrow(malformed('65536 does not fit an unsigned integer of 2 bytes'));
    expect(() => new Writer().u64(-1n)).toThrow(malformed('-1 does not fit an unsigned integer of 8 bytes'));
  });

  it.each<[string, (writer: Writer) => Writer]>([
    ['256 in one byte', (writer) => writer.u8(256)],
    ['65536 in two', (writer) => writer.u16(65536)],
    ['2^32 in four', (writer) => writer.u32(2 ** 32)],
    ['2^64 in eight', (writer) => writer.u64(1n << 64n)],
    ['a negative number', (writer) => writer.u32(-1)],
    ['a fraction', (writer) => writer.u16(1.5)],
    ['no number', (writer) => writer.u16(NaN)],
    ['a sized buffer of 65536 bytes', (writer) => writer.sized(Buffer.alloc(65536))],
  ])('refuses %s', (_, write) => expect(() => write(new Writer())).toThrow(expect.objectContaining({ code: 'BYTES_MALFORMED' })));
});
