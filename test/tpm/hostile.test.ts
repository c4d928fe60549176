import { isAppError } from '../../src/base/index.js';
import { specimens, type Specimen } from './support/specimens.js';

/** What a decoder does with bytes: decodes them, refuses them as malformed, or fails in a way it never may. */
function outcomeOf({ decode }: Specimen, bytes: Buffer): string {
  try {
    decode(bytes);
    return 'decoded';
  } catch (error) {
    return isAppError(error, 'BYTES_MALFORMED') ? 'malformed' : `failed with ${String(error)}`;
  }
}

function withLength(bytes: Buffer, offset: number, width: number, value: number): Buffer {
  const edited = Buffer.from(bytes);
  edited.writeUIntBE(value, offset, width);
  return edited;
}

describe.each(specimens)('$name', (specimen) => {
  const { bytes, lengths } = specimen;

  it('is well-formed as it is', () => expect(outcomeOf(specimen, bytes)).toBe('decoded'));

  it('is malformed at every truncation', () => {
    for (let length = 0; length < bytes.length; length++) {
      const expected = length === specimen.mayEndAt ? 'decoded' : 'malformed';
      expect([length, outcomeOf(specimen, bytes.subarray(0, length))]).toEqual([length, expected]);
    }
  });

  it('is malformed with any byte appended', () => {
    for (let byte = 0; byte < 256; byte++) {
      expect([byte, outcomeOf(specimen, Buffer.concat([bytes, Buffer.of(byte)]))]).toEqual([byte, 'malformed']);
    }
  });

  it.each(lengths)(
    'is malformed when the length at %i (%i bytes) is huge, or off by one, or zero with its bytes there',
    (offset, width) => {
      const value = bytes.readUIntBE(offset, width);
      const all = 2 ** (8 * width) - 1;
      for (const wrong of [value + 1, value - 1, 0, Math.floor(all / 2), all - 1, all].filter((n) => n >= 0 && n !== value)) {
        expect([wrong, outcomeOf(specimen, withLength(bytes, offset, width, wrong))]).toEqual([wrong, 'malformed']);
      }
    },
  );

  it('decodes or is malformed, nothing else, whatever byte is changed to whatever value', () => {
    for (let offset = 0; offset < bytes.length; offset++) {
      for (const byte of [0, 1, 0x7f, 0x80, 0xfe, 0xff]) {
        const edited = Buffer.from(bytes);
        edited.writeUInt8(byte, offset);
        expect(outcomeOf(specimen, edited)).toMatch(/^(?:decoded|malformed)$/);
      }
    }
  });

  it('with a megabyte appended is refused without much memory', () => {
    const large = Buffer.concat([bytes, Buffer.alloc(1 << 20)]);
    const before = process.memoryUsage().arrayBuffers;
    expect(outcomeOf(specimen, large)).toBe('malformed');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 19);
  });
});

it('a length that asks for gigabytes allocates nothing of it', () => {
  const before = process.memoryUsage().arrayBuffers;
  for (const specimen of specimens) {
    for (const [offset, width] of specimen.lengths) {
      outcomeOf(specimen, withLength(specimen.bytes, offset, width, 2 ** (8 * width) - 1));
    }
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20);
});
