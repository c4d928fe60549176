import { AppError } from '../base/index.js';

/**
 * Reads TPM wire bytes: big-endian integers and TPM2B sized buffers, nothing aligned (TPM 2.0 Part 1, section "Marshaling").
 *
 * Every read is checked against what is left before anything is allocated, so a length on the wire can never ask for more
 * memory than the input itself holds. Every failure is AppError BYTES_MALFORMED whose message starts with the path of the
 * field, for example `quote/pcrSelection/count: ...`. Call `finish()` at the end: leftover bytes are a failure too.
 */
export class Reader {
  readonly #bytes: Buffer;
  readonly #path: string;
  #offset = 0;

  constructor(bytes: Uint8Array, path: string) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#path = path;
  }

  /** How many bytes are still to be read. */
  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  u8(field: string): number {
    return this.#bytes.readUInt8(this.#advance(1, field));
  }

  u16(field: string): number {
    return this.#bytes.readUInt16BE(this.#advance(2, field));
  }

  u32(field: string): number {
    return this.#bytes.readUInt32BE(this.#advance(4, field));
  }

  u64(field: string): bigint {
    return this.#bytes.readBigUInt64BE(this.#advance(8, field));
  }

  /** Exactly `length` bytes, as a copy that no later write to the input can change. */
  bytes(length: number, field: string): Buffer {
    const start = this.#advance(length, field);
    const copy = Buffer.allocUnsafe(length);
    this.#bytes.copy(copy, 0, start, start + length);
    return copy;
  }

  /** The contents of a TPM2B: u16 length, then that many bytes, at most `max`. */
  sized(field: string, max = 0xffff): Buffer {
    return this.bytes(this.#length(field, max), field);
  }

  /** A reader over the contents of a TPM2B that holds a structure. The caller must `finish()` it. */
  nested(field: string): Reader {
    return new Reader(this.bytes(this.u16(field), field), `${this.#path}/${field}`);
  }

  /** @throws AppError BYTES_MALFORMED if anything is left. */
  finish(): void {
    if (this.remaining > 0) throw new AppError('BYTES_MALFORMED', `${this.#path}: ${this.remaining} bytes are left over at the end`);
  }

  /** The error for a field whose value the structure does not allow; the caller throws it. */
  malformed(field: string, problem: string): AppError {
    return new AppError('BYTES_MALFORMED', `${this.#path}/${field}: ${problem}`);
  }

  #length(field: string, max: number): number {
    const length = this.u16(field);
    if (length > max) throw this.malformed(field, `length ${length} is over the limit of ${max}`);
    return length;
  }

  /** Where the next `length` bytes start; moves past them. The one place that compares with what is left. */
  #advance(length: number, field: string): number {
    if (length > this.remaining) throw this.malformed(field, `needs ${length} bytes, ${this.remaining} are left`);
    const start = this.#offset;
    this.#offset += length;
    return start;
  }
}

/** Writes what Reader reads. A value that does not fit its field is AppError BYTES_MALFORMED; nothing is cut off silently. */
export class Writer {
  readonly #parts: Uint8Array[] = [];

  u8(value: number): this {
    return this.#integer(value, 1);
  }

  u16(value: number): this {
    return this.#integer(value, 2);
  }

  u32(value: number): this {
    return this.#integer(value, 4);
  }

  u64(value: bigint): this {
    if (value < 0n || value >= 1n << 64n) throw doesNotFit(value, 8);
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeBigUInt64BE(value);
    this.#parts.push(bytes);
    return this;
  }

  /** The bytes as they are, without a length. They are copied by `done()`: do not change them before. */
  bytes(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    return this;
  }

  /** A TPM2B: u16 length, then the bytes. */
  sized(bytes: Uint8Array): this {
    return this.u16(bytes.length).bytes(bytes);
  }

  done(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #integer(value: number, size: 1 | 2 | 4): this {
    if (!Number.isInteger(value) || value < 0 || value > largest[size]) throw doesNotFit(value, size);
    const bytes = Buffer.allocUnsafe(size);
    for (let i = size - 1, rest = value; i >= 0; i--, rest >>>= 8) bytes[i] = rest & 0xff;
    this.#parts.push(bytes);
    return this;
  }
}

/** By size in bytes. */
const largest = { 1: 0xff, 2: 0xffff, 4: 0xffffffff } as const;

const doesNotFit = (value: number | bigint, size: number): AppError =>
  new AppError('BYTES_MALFORMED', `${value} does not fit an unsigned integer of ${size} bytes`);
