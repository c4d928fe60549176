// How much do our TPM structures cost beside the cryptography that they contain?
// npx tsc -p bench && node dist/bench/bench/tpm.js
//
// Each line runs an operation and, in turns with it, the bare node:crypto calls that it cannot do without. The ratio of
// their times is what the machine's speed does not change: the goal is 1.3 or less.
import {
  constants,
  createCipheriv,
  createHash,
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import {
  akChecks,
  akRsaTemplate,
  decodeAttest,
  decodeImportBlob,
  decodePublic,
  decodeSignature,
  ekPublicFromSpki,
  encodeImportBlob,
  encodePcrSelections,
  encodePublic,
  encodeSignature,
  Handle,
  handleName,
  labelBytes,
  makeCredential,
  nameOf,
  pcrDigest,
  qualifiedNameOf,
  quoteChecks,
  sealToEk,
  TPM_GENERATED,
  Writer,
  type AllowedPcrs,
  type PublicArea,
  type RsaPublic,
} from '../src/tpm/index.js';

interface Operation {
  readonly name: string;
  readonly ours: () => unknown;
  /** The cryptography inside; absent for pure decoding. */
  readonly bare?: () => unknown;
}

const rounds = 7;
/** Long enough to hold several collections of garbage: a short sample leaves its garbage to the one that follows. */
const roundMs = 700;

const ek = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ak = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ekPublic = ekPublicFromSpki(ek.publicKey);
const akPublic: RsaPublic = { ...akRsaTemplate, modulus: Buffer.from(String(ak.publicKey.export({ format: 'jwk' }).n), 'base64url') };
const akBytes = encodePublic(akPublic);
const ekBytes = encodePublic(ekPublic);
const akName = nameOf(akPublic);
const credential = randomBytes(32);
const nonce = randomBytes(32);
const registers = [0, 4, 7].map((index) => [index, createHash('sha256').update(String(index)).digest()] as const);
const allowedPcrs: AllowedPcrs = new Map([['sha256', new Map(registers.map(([index, value]) => [index, [value]]))]]);
const attestation = quoteBytes();
const signatureBytes = encodeSignature({ alg: 'rsassa', hash: 'sha256', signature: sign('sha256', attestation, ak.privateKey) });
const blob = encodeImportBlob(sealToEk({ ekPublic, data: credential, pcrs: { bank: 'sha256', values: new Map(registers) } }));

const operations: readonly Operation[] = [
  {
    name: 'make credential (RSA)',
    ours: () => makeCredential({ ekPublic: freshEk(), akName, credential }),
    bare: () => bareWrap('IDENTITY', 34),
  },
  {
    name: 'seal to EK (RSA, 3 registers)',
    ours: () => sealToEk({ ekPublic: freshEk(), data: credential, pcrs: { bank: 'sha256', values: new Map(registers) } }),
    bare: bareSeal,
  },
  { name: 'judge attestation key and quote', ours: judgeQuote, bare: bareQuote },
  { name: 'decode public area', ours: () => decodePublic(akBytes) },
  { name: 'decode quote', ours: () => decodeAttest(attestation) },
  { name: 'decode signature', ours: () => decodeSignature(signatureBytes) },
  { name: 'decode import blob', ours: () => decodeImportBlob(blob) },
];

for (const operation of operations) report(operation);

function report({ name, ours, bare }: Operation): void {
  for (const work of [ours, bare ?? ours]) perSecond(work); // compiles
  const samples = Array.from({ length: rounds }, () => ({ ours: perSecond(ours), bare: bare === undefined ? undefined : perSecond(bare) }));
  const speed = `${Math.round(median(samples.map((sample) => sample.ours))).toLocaleString('en')}/s`;
  const ratios = samples.flatMap((sample) => (sample.bare === undefined ? [] : [sample.bare / sample.ours]));
  const beside = ratios.length === 0 ? '' : `   ${median(ratios).toFixed(2)} x its cryptography`;
  console.log(`${name.padEnd(34)} ${speed.padStart(12)}${beside}`);
}

/** Operations per second of processor time, so that other work on the machine does not count. */
function perSecond(work: () => unknown): number {
  const start = process.cpuUsage();
  let count = 0;
  for (; elapsedMicroseconds(start) < 1000 * roundMs; count += 64) {
    for (let i = 0; i < 64; i++) work();
  }
  return (1e6 * count) / elapsedMicroseconds(start);
}

function elapsedMicroseconds(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function quoteBytes(): Buffer {
  return new Writer()
    .u32(TPM_GENERATED)
    .u16(0x8018)
    .sized(qualifiedNameOf(qualifiedNameOf(handleName(Handle.ENDORSEMENT), nameOf(ekPublic)), akName))
    .sized(nonce)
    .u64(1n)
    .u32(1)
    .u32(0)
    .u8(1)
    .u64(1n)
    .bytes(encodePcrSelections([{ bank: 'sha256', indices: registers.map(([index]) => index) }]))
    .sized(
      pcrDigest(
        'sha256',
        registers.map(([, value]) => value),
      ),
    )
    .done();
}

/** Another object each time, as in a server that reads it from a record: its key must be imported anew. */
function freshEk(): PublicArea {
  return { ...ekPublic };
}

function judgeQuote(): void {
  const key = decodePublic(akBytes);
  const evidence = {
    akPublic: key,
    attestation,
    signature: decodeSignature(signatureBytes),
    expectedExtraData: nonce,
    allowedPcrs,
    ekPublic,
  };
  const verdicts = [...akChecks.map((check) => check.judge(evidence)), ...quoteChecks.map((check) => check.judge(evidence))];
  if (verdicts.some(({ kind }) => kind !== 'pass')) throw new Error('the quote must pass');
}

/** Import the key, verify, one digest over the registers, and the five of the names: both keys, and the signer under each possible parent. */
function bareQuote(): void {
  const key = importRsa(akPublic.modulus);
  verify('sha256', attestation, { key, padding: constants.RSA_PKCS1_PADDING }, signatureBytes.subarray(6));
  for (const bytes of [attestation, akBytes, ekBytes, akName, akName, akName]) createHash('sha256').update(bytes).digest();
}

/** Import the key, OAEP, two derived keys, AES-CFB, HMAC. */
function bareWrap(label: string, nameSize: number): void {
  const seed = randomBytes(32);
  const key = importRsa(ekPublic.type === 'rsa' ? ekPublic.modulus : Buffer.alloc(0));
  publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256', oaepLabel: labelBytes(label) }, seed);
  const name = Buffer.alloc(nameSize);
  const cipher = createCipheriv('aes-128-cfb', createHmac('sha256', seed).update(name).digest().subarray(0, 16), Buffer.alloc(16));
  const encrypted = Buffer.concat([cipher.update(credential), cipher.final()]);
  createHmac('sha256', createHmac('sha256', seed).update('INTEGRITY').digest()).update(encrypted).update(name).digest();
}

/** As bareWrap, and the digests of policy, unique value and name. */
function bareSeal(): void {
  randomBytes(32);
  for (let i = 0; i < 4; i++) createHash('sha256').update(credential).digest();
  bareWrap('DUPLICATE', 34);
}

function importRsa(modulus: Buffer): KeyObject {
  const key: JsonWebKey = { kty: 'RSA', n: modulus.toString('base64url'), e: 'AQAB' };
  return createPublicKey({ key, format: 'jwk' });
}
