import { AppError } from '../base/index.js';
import { Limit } from './constants.js';
import { hashNameOf, hashSize } from './hash.js';
import type { ImportBlob, ImportPcrs } from './import-blob.js';
import { bytesField, readMessage, varintField, type FieldShape, type Message } from './protobuf.js';

// message ImportBlob { bytes duplicate = 1; bytes encrypted_seed = 2; bytes public_area = 3; Pcrs pcrs = 4; }
// message Pcrs { HashAlgo hash = 1; map<uint32, bytes> pcrs = 2; }   HashAlgo is the TPM_ALG_ID of the bank.
// A map is a repeated message { uint32 key = 1; bytes value = 2; }.
const blobShape = new Map<number, FieldShape>([
  [1, { name: 'duplicate', kind: 'bytes' }],
  [2, { name: 'encrypted_seed', kind: 'bytes' }],
  [3, { name: 'public_area', kind: 'bytes' }],
  [4, { name: 'pcrs', kind: 'bytes' }],
]);
const pcrsShape = new Map<number, FieldShape>([
  [1, { name: 'hash', kind: 'varint' }],
  [2, { name: 'pcrs', kind: 'bytes', repeated: true }],
]);
const entryShape = new Map<number, FieldShape>([
  [1, { name: 'key', kind: 'varint' }],
  [2, { name: 'value', kind: 'bytes' }],
]);

/** A blob of the largest RSA key and 24 registers stays below; anything longer is refused unread. */
const maxBlobBytes = 8192;

/** ImportBlob as protobuf bytes, registers ascending: what go-tpm-tools reads. */
export function encodeImportBlob(blob: ImportBlob): Buffer {
  const parts = [bytesField(1, blob.duplicate), bytesField(2, blob.encryptedSeed), bytesField(3, blob.publicArea)];
  if (blob.pcrs !== undefined) parts.push(bytesField(4, encodePcrs(blob.pcrs)));
  return Buffer.concat(parts);
}

/**
 * Reads protobuf bytes of an ImportBlob, strictly. Registers come out ascending, in whatever order they were.
 * What it does not check: that the TPM can open it, and that the values give the policy of the public area (sealingPolicyOf).
 * @throws AppError BYTES_MALFORMED for more than 8192 bytes, what readMessage refuses, a field that is missing or empty, an
 * unknown bank, a register over 23 or given twice, a value that does not fit its bank.
 */
export function decodeImportBlob(bytes: Uint8Array): ImportBlob {
  if (bytes.length > maxBlobBytes) throw malformed('', `${bytes.length} bytes are over the limit of ${maxBlobBytes}`);
  const message = readMessage(bytes, 'importBlob', blobShape);
  const [pcrs] = message.bytes(4);
  return {
    duplicate: required(message, 1, 'duplicate'),
    encryptedSeed: required(message, 2, 'encrypted_seed'),
    publicArea: required(message, 3, 'public_area'),
    pcrs: pcrs === undefined ? undefined : decodePcrs(pcrs),
  };
}

function encodePcrs({ hashAlg, values }: ImportPcrs): Buffer {
  const entries = [...ascending(values)].map(([index, value]) =>
    bytesField(2, Buffer.concat([varintField(1, index), bytesField(2, value)])),
  );
  return Buffer.concat([varintField(1, hashAlg), ...entries]);
}

function decodePcrs(bytes: Buffer): ImportPcrs {
  const message = readMessage(bytes, 'importBlob/pcrs', pcrsShape);
  const hashAlg = message.varint(1) ?? 0;
  const bank = hashNameOf(hashAlg);
  if (bank === undefined) throw malformed('/pcrs/hash', `${hashAlg} is not a bank known here`);
  const values = new Map<number, Buffer>();
  for (const entry of message.bytes(2)) {
    const [index, value] = decodeEntry(entry, hashSize(bank));
    if (values.has(index)) throw malformed('/pcrs', `pcr ${index} is given twice`);
    values.set(index, value);
  }
  return { hashAlg, values: ascending(values) };
}

/** Register 0 may be left out of its entry: proto3 does not write defaults. */
function decodeEntry(bytes: Buffer, valueSize: number): readonly [number, Buffer] {
  const message = readMessage(bytes, 'importBlob/pcrs/entry', entryShape);
  const index = message.varint(1) ?? 0;
  if (index >= Limit.pcrCount) throw malformed('/pcrs/entry/key', `pcr ${index} does not exist`);
  const value = required(message, 2, 'pcrs/entry/value');
  if (value.length !== valueSize) throw malformed('/pcrs/entry/value', `has ${value.length} bytes, must have ${valueSize}`);
  return [index, value];
}

function required(message: Message, field: number, name: string): Buffer {
  const [value] = message.bytes(field);
  if (value === undefined || value.length === 0) throw malformed(`/${name}`, 'is missing or empty');
  return value;
}

const ascending = (values: ReadonlyMap<number, Buffer>): ReadonlyMap<number, Buffer> => new Map([...values].sort(([a], [b]) => a - b));

const malformed = (path: string, problem: string): AppError => new AppError('BYTES_MALFORMED', `importBlob${path}: ${problem}`);
