// Reads a MessagePack value (https://github.com/msgpack/msgpack/blob/master/spec.md) as Terraform writes values of a configuration.
// What is not known before apply stands there as an extension: it is read as undefined.

/** The value in these bytes; throws on bytes that are none. */
function decode(bytes) {
  const reader = { bytes: Buffer.from(bytes), at: 0 };
  const value = read(reader);
  if (reader.at !== reader.bytes.length) throw new Error('bytes are left after the value');
  return value;
}

function take(reader, length) {
  if (reader.at + length > reader.bytes.length) throw new Error('the value is cut off');
  const part = reader.bytes.subarray(reader.at, reader.at + length);
  reader.at += length;
  return part;
}

const unsigned = (reader, length) => Number(take(reader, length).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n));
const text = (reader, length) => take(reader, length).toString('utf8');
const list = (reader, length) => Array.from({ length }, () => read(reader));
const map = (reader, length) => Object.fromEntries(Array.from({ length }, () => [read(reader), read(reader)]));

function extension(reader, length) {
  take(reader, 1 + length);
  return undefined;
}

/** First byte -> value, for the types that name themselves in one byte. */
const readers = {
  0xc0: () => null,
  0xc2: () => false,
  0xc3: () => true,
  0xc7: (reader) => extension(reader, unsigned(reader, 1)),
  0xc8: (reader) => extension(reader, unsigned(reader, 2)),
  0xca: (reader) => take(reader, 4).readFloatBE(),
  0xcb: (reader) => take(reader, 8).readDoubleBE(),
  0xcc: (reader) => unsigned(reader, 1),
  0xcd: (reader) => unsigned(reader, 2),
  0xce: (reader) => unsigned(reader, 4),
  0xcf: (reader) => unsigned(reader, 8),
  0xd0: (reader) => take(reader, 1).readInt8(),
  0xd1: (reader) => take(reader, 2).readInt16BE(),
  0xd2: (reader) => take(reader, 4).readInt32BE(),
  0xd3: (reader) => Number(take(reader, 8).readBigInt64BE()),
  0xd4: (reader) => extension(reader, 1),
  0xd5: (reader) => extension(reader, 2),
  0xd6: (reader) => extension(reader, 4),
  0xd7: (reader) => extension(reader, 8),
  0xd8: (reader) => extension(reader, 16),
  0xd9: (reader) => text(reader, unsigned(reader, 1)),
  0xda: (reader) => text(reader, unsigned(reader, 2)),
  0xdb: (reader) => text(reader, unsigned(reader, 4)),
  0xdc: (reader) => list(reader, unsigned(reader, 2)),
  0xdd: (reader) => list(reader, unsigned(reader, 4)),
  0xde: (reader) => map(reader, unsigned(reader, 2)),
  0xdf: (reader) => map(reader, unsigned(reader, 4)),
};

function read(reader) {
  const first = unsigned(reader, 1);
  if (first < 0x80) return first;
  if (first >= 0xe0) return first - 0x100;
  if (first < 0x90) return map(reader, first & 0x0f);
  if (first < 0xa0) return list(reader, first & 0x0f);
  if (first < 0xc0) return text(reader, first & 0x1f);
  const known = readers[first];
  if (known === undefined) throw new Error(`no type begins with ${first.toString(16)}`);
  return known(reader);
}

module.exports = { decode };
