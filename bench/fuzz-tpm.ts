// Feeds each decoder of TPM structures and responses with mutated and invented bytes.
// npx tsc -p bench && node dist/bench/bench/fuzz-tpm.js [cases] [seed]
//
// A decoder may decode or throw BYTES_MALFORMED, nothing else; what it decodes must encode back to the same bytes. Prints,
// per decoder, how many cases ran and which share was well-formed, and exits 1 at the first failure with the bytes in hex, or
// when a decoder saw fewer cases, or fewer well-formed ones, than a run must have.
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
import { mutate, randomFrom } from './fuzz-bytes.js';
import { responses } from './fuzz-responses.js';

export interface Target {
  readonly name: string;
  readonly specimens: readonly Buffer[];
  /** Decodes; gives the canonical encoding where there is only one. */
  readonly run: (bytes: Buffer) => Buffer | undefined | Promise<undefined>;
}

const total = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000_000);
const below = randomFrom(seed);
/** What a decoder must have seen for a run to mean something. */
const least = { cases: 20_000, wellFormedPercent: 1 } as const;
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

void main();

async function main(): Promise<void> {
  console.log(`seed ${seed}, ${total} cases`);
  const all = [...targets, ...responses];
  for (const target of all) await fuzz(target, Math.ceil(total / all.length));
}

async function fuzz({ name, specimens, run }: Target, cases: number): Promise<void> {
  let wellFormed = 0;
  for (let i = 0; i < cases; i++) {
    const input = mutate(specimens, below);
    try {
      const again = await run(Buffer.from(input));
      if (again !== undefined && !again.equals(input)) throw new AppError('INTERNAL', `encodes to ${again.toString('hex')}`);
      wellFormed++;
    } catch (error) {
      if (isAppError(error, 'BYTES_MALFORMED')) continue;
      console.error(`${name}: ${String(error)}\n${input.toString('hex')}`);
      process.exitCode = 1;
      return;
    }
  }
  const share = (100 * wellFormed) / cases;
  console.log(`${name.padEnd(30)} ${String(cases).padStart(9)} cases   ${share.toFixed(1).padStart(5)} % well-formed`);
  if (cases < least.cases || share <= least.wellFormedPercent) {
    console.error(`${name}: a run must have ${least.cases} cases, more than ${least.wellFormedPercent} % of them well-formed`);
    process.exitCode = 1;
  }
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
