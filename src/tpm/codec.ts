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
    return this.#take(1, field).readUInt8();
  }

  u16(field: string): number {
    return this.#take(2, field).readUInt16BE();
  }

  u32(field: string): number {
    return this.#take(4, field).readUInt32BE();
  }

  u64(field: string): bigint {
    return this.#take(8, field).readBigUInt64BE();
  }

  /** Exactly `length` bytes, as a copy that no later write to the input can change. */
  bytes(length: number, field: string): Buffer {
    return Buffer.from(this.#take(length, field));
  }

  /** The contents of a TPM2B: u16 length, then that many bytes, at most `max`. */
  sized(field: string, max = 0xffff): Buffer {
    return Buffer.from(this.#sized(field, max));
  }

  /** A reader over the contents of a TPM2B that holds a structure. The caller must `finish()` it. */
  nested(field: string): Reader {
    return new Reader(this.#sized(field, 0xffff), `${this.#path}/${field}`);
  }

  /** @throws AppError BYTES_MALFORMED if anything is left. */
  finish(): void {
    if (this.remaining > 0) throw new AppError('BYTES_MALFORMED', `${this.#path}: ${this.remaining} bytes are left over at the end`);
  }

  /** The error for a field whose value the structure does not allow; the caller throws it. */
  malformed(field: string, problem: string): AppError {
    return new AppError('BYTES_MALFORMED', `${this.#path}/${field}: ${problem}`);
  }

  #sized(field: string, max: number): Buffer {
    const length = this.u16(field);
    if (length > max) throw this.malformed(field, `length ${length} is over the limit of ${max}`);
    return this.#take(length, field);
  }

  #take(length: number, field: string): Buffer {
    if (length > this.remaining) throw this.malformed(field, `needs ${length} bytes, ${this.remaining} are left`);
    const start = this.#offset;
    this.#offset += length;
    return this.#bytes.subarray(start, this.#offset);
  }
}

/** Writes what Reader reads. A value that does not fit its field is AppError BYTES_MALFORMED; nothing is cut off silently. */
export class Writer {
  readonly #parts: Buffer[] = [];

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
    return this.#integer(value, 8);
  }

  /** The bytes as they are, without a length. */
  bytes(bytes: Uint8Array): this {
    this.#parts.push(Buffer.from(bytes));
    return this;
  }

  /** A TPM2B: u16 length, then the bytes. */
  sized(bytes: Uint8Array): this {
    return this.u16(bytes.length).bytes(bytes);
  }

  done(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #integer(value: number | bigint, size: number): this {
    const isWhole = typeof value === 'bigint' || Number.isInteger(value);
    if (!isWhole || value < 0 || value >= 1n << BigInt(8 * size)) {
      throw new AppError('BYTES_MALFORMED', `${value} does not fit an unsigned integer of ${size} bytes`);
    }
    const full = Buffer.alloc(8);
    full.writeBigUInt64BE(BigInt(value));
    this.#parts.push(full.subarray(8 - size));
    return this;
  }
}
