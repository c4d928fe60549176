import { Reader } from './codec.js';

// The part of the protobuf wire format that an ImportBlob uses: https://protobuf.dev/programming-guides/encoding/
// Stricter than protobuf: no unknown fields, no field twice unless repeated, no number longer than it must be.

/** What a field of a message is. */
export interface FieldShape {
  readonly name: string;
  readonly kind: 'bytes' | 'varint';
  readonly repeated?: boolean;
}

/** The fields of a message that were there. */
export interface Message {
  /** Values of a bytes field, in order. */
  readonly bytes: (field: number) => readonly Buffer[];
  readonly varint: (field: number) => number | undefined;
}

const wireTypes = { varint: 0, bytes: 2 } as const;

/**
 * Reads a whole message.
 * @throws AppError BYTES_MALFORMED for a field that is not in `shapes`, of another wire type or given twice without being
 * repeated, a number that is not minimal or over 32 bits, or a length that runs past the end.
 */
export function readMessage(input: Uint8Array, path: string, shapes: ReadonlyMap<number, FieldShape>): Message {
  const reader = new Reader(input, path);
  const bytes = new Map<number, Buffer[]>();
  const varints = new Map<number, number>();
  while (reader.remaining > 0) {
    const tag = readVarint(reader, 'tag');
    const field = tag >>> 3;
    const shape = shapes.get(field);
    if (shape === undefined || (tag & 7) !== wireTypes[shape.kind])
      throw reader.malformed('tag', `field ${field} of wire type ${tag & 7} is not expected`);
    if (shape.repeated !== true && (bytes.has(field) || varints.has(field))) throw reader.malformed(shape.name, 'is given twice');
    if (shape.kind === 'varint') varints.set(field, readVarint(reader, shape.name));
    else bytes.set(field, [...(bytes.get(field) ?? []), reader.bytes(readVarint(reader, shape.name), shape.name)]);
  }
  return { bytes: (field) => bytes.get(field) ?? [], varint: (field) => varints.get(field) };
}

/** A field with a number. */
export const varintField = (field: number, value: number): Buffer => Buffer.concat([tagOf(field, 'varint'), varint(value)]);

/** A field with bytes, a string or a message. */
export const bytesField = (field: number, value: Uint8Array): Buffer => Buffer.concat([tagOf(field, 'bytes'), varint(value.length), value]);

const tagOf = (field: number, kind: FieldShape['kind']): Buffer => varint((field << 3) | wireTypes[kind]);

function varint(value: number): Buffer {
  const groups: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...groups, rest]);
    groups.push((rest % 128) | 128);
  }
}

/** An unsigned number of at most 32 bits: groups of 7 bits, lowest first, the top bit set on all but the last. */
function readVarint(reader: Reader, field: string): number {
  let value = 0;
  for (let scale = 1; scale <= 128 ** 4; scale *= 128) {
    const group = reader.u8(field);
    value += (group % 128) * scale;
    if (group >= 128) continue;
    if (group === 0 && scale > 1) throw reader.malformed(field, 'is longer than it must be');
    if (value > 0xffffffff) break;
    return value;
  }
  throw reader.malformed(field, 'is over 32 bits');
}
