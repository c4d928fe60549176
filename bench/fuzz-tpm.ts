// Feeds each decoder of the TPM room with mutated and invented bytes.
// npx tsc -p bench && node dist/bench/bench/fuzz-tpm.js [cases] [seed]
//
// A decoder may decode or throw BYTES_MALFORMED, nothing else; what it decodes must encode back to the same bytes. Prints,
// per decoder, how many cases ran and which share was well-formed, and exits 1 at the first failure with the bytes in hex.
import { AppError, isAppError } from '../src/base/index.js';
import {
  akEccTemplate,
  akRsaTemplate,
  AttestType,
  decodeAttest,
  decodeImportBlob,
  decodePcrSelections,
  decodePublic,
  decodeSignature,
  ekEccTemplate,
  ekRsaTemplate,
  encodeImportBlob,
  encodePcrSelections,
  encodePublic,
  encodeSignature,
  TPM_GENERATED,
  Writer,
} from '../src/tpm/index.js';

interface Target {
  readonly name: string;
  readonly specimens: readonly Buffer[];
  /** Decodes; gives the canonical encoding where there is only one. */
  readonly run: (bytes: Buffer) => Buffer | undefined;
}

const total = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000_000);
const random = xorshift(seed);
Error.stackTraceLimit = 0;

const point = { x: Buffer.alloc(32, 3), y: Buffer.alloc(32, 5) };
const sealed = Buffer.from(`0008000b000000800020${'11'.repeat(32)}00100020${'22'.repeat(32)}`, 'hex');
const pcrs = new Map([0, 4, 7].map((index) => [index, Buffer.alloc(32, index)]));
const blob = {
  duplicate: Buffer.alloc(91, 1),
  encryptedSeed: Buffer.alloc(256, 2),
  publicArea: sealed,
  pcrs: { hashAlg: 11, values: pcrs },
};

const targets: readonly Target[] = [
  {
    name: 'TPMT_PUBLIC rsa',
    specimens: [ekRsaTemplate, akRsaTemplate, { ...akRsaTemplate, modulus: Buffer.alloc(256, 7) }].map(encodePublic),
    run: (bytes) => encodePublic(decodePublic(bytes)),
  },
  {
    name: 'TPMT_PUBLIC ecc',
    specimens: [ekEccTemplate, { ...akEccTemplate, ...point }].map(encodePublic),
    run: (bytes) => encodePublic(decodePublic(bytes)),
  },
  { name: 'TPMT_PUBLIC keyedhash', specimens: [sealed], run: (bytes) => encodePublic(decodePublic(bytes)) },
  { name: 'TPMS_ATTEST quote', specimens: [attest(AttestType.QUOTE), attest(AttestType.QUOTE, 3)], run: decodeOnly(decodeAttest) },
  { name: 'TPMS_ATTEST certify', specimens: [attest(AttestType.CERTIFY)], run: decodeOnly(decodeAttest) },
  { name: 'TPMS_ATTEST creation', specimens: [attest(AttestType.CREATION)], run: decodeOnly(decodeAttest) },
  {
    name: 'TPMT_SIGNATURE',
    specimens: [
      encodeSignature({ alg: 'rsassa', hash: 'sha256', signature: Buffer.alloc(256, 9) }),
      encodeSignature({ alg: 'ecdsa', hash: 'sha256', r: point.x, s: point.y }),
    ],
    run: (bytes) => encodeSignature(decodeSignature(bytes)),
  },
  {
    name: 'TPML_PCR_SELECTION',
    specimens: [
      encodePcrSelections([
        { bank: 'sha1', indices: [0] },
        { bank: 'sha256', indices: [0, 4, 7] },
      ]),
    ],
    run: (bytes) => encodePcrSelections(decodePcrSelections(bytes)),
  },
  // Registers may come in any order, so an import blob has more than one encoding: it must decode to the same again.
  { name: 'ImportBlob', specimens: [encodeImportBlob(blob), encodeImportBlob({ ...blob, pcrs: undefined })], run: runImportBlob },
];

console.log(`seed ${seed}, ${total} cases`);
for (const target of targets) fuzz(target, Math.ceil(total / targets.length));

function fuzz({ name, specimens, run }: Target, cases: number): void {
  let wellFormed = 0;
  for (let i = 0; i < cases; i++) {
    const input = mutate(pick(specimens), specimens);
    try {
      const again = run(Buffer.from(input));
      if (again !== undefined && !again.equals(input)) throw new AppError('INTERNAL', `encodes to ${again.toString('hex')}`);
      wellFormed++;
    } catch (error) {
      if (isAppError(error, 'BYTES_MALFORMED')) continue;
      console.error(`${name}: ${String(error)}\n${input.toString('hex')}`);
      process.exitCode = 1;
      return;
    }
  }
  const share = ((100 * wellFormed) / cases).toFixed(1);
  console.log(`${name.padEnd(24)} ${String(cases).padStart(9)} cases   ${share.padStart(5)} % well-formed`);
}

function mutate(specimen: Buffer, specimens: readonly Buffer[]): Buffer {
  let bytes: Buffer = Buffer.from(specimen);
  for (let steps = 1 + below(3); steps > 0; steps--) bytes = mutateOnce(bytes, specimens);
  return bytes;
}

function mutateOnce(bytes: Buffer, specimens: readonly Buffer[]): Buffer {
  const at = below(bytes.length + 1);
  switch (below(8)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes, noise(1 + below(8))]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), noise(1 + below(4)), bytes.subarray(at)]);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(4))]);
    case 4:
      return Buffer.concat([bytes.subarray(0, at), pick(specimens).subarray(at)]);
    case 5:
      return overwrite(
        bytes,
        at,
        pick([Buffer.of(0), Buffer.of(0xff), Buffer.of(0xff, 0xff), Buffer.of(0, 0), Buffer.of(0xff, 0xff, 0xff, 0xff)]),
      );
    case 6:
      return overwrite(bytes, at, noise(1 + below(4)));
    default:
      return overwrite(bytes, at, Buffer.of((bytes[at] ?? 0) ^ (1 << below(8))));
  }
}

function overwrite(bytes: Buffer, at: number, patch: Buffer): Buffer {
  const edited = Buffer.from(bytes);
  patch.copy(edited, at);
  return edited;
}

function runImportBlob(bytes: Buffer): undefined {
  const canonical = encodeImportBlob(decodeImportBlob(bytes));
  if (!encodeImportBlob(decodeImportBlob(canonical)).equals(canonical)) throw new AppError('INTERNAL', 'decodes to something else again');
}

function decodeOnly(decode: (bytes: Buffer) => unknown): (bytes: Buffer) => undefined {
  return (bytes) => {
    decode(bytes);
  };
}

function attest(type: number, banks = 1): Buffer {
  const writer = new Writer()
    .u32(TPM_GENERATED)
    .u16(type)
    .sized(Buffer.alloc(34, 1))
    .sized(Buffer.alloc(32, 2))
    .u64(3n)
    .u32(4)
    .u32(5)
    .u8(1)
    .u64(6n);
  const selections = Array.from({ length: banks }, () => ({ bank: 'sha256' as const, indices: [0, 7] }));
  return type === AttestType.QUOTE
    ? writer.bytes(encodePcrSelections(selections)).sized(Buffer.alloc(32, 7)).done()
    : writer.sized(Buffer.alloc(34, 8)).sized(Buffer.alloc(34, 9)).done();
}

function noise(size: number): Buffer {
  return Buffer.from(Array.from({ length: size }, () => below(256)));
}

function pick<T>(values: readonly T[]): T {
  const value = values[below(values.length)];
  if (value === undefined) throw new Error('nothing to pick from');
  return value;
}

function below(limit: number): number {
  return random() % limit;
}

/** A small repeatable generator (Marsaglia's xorshift32): the same seed gives the same cases. */
function xorshift(start: number): () => number {
  let state = (start | 1) >>> 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}
