import { createCipheriv, createPrivateKey, randomBytes, type KeyObject } from 'node:crypto';
import type { Readable } from 'node:stream';
import { AppError, base64 } from '../base/index.js';
import type { Cloud } from '../gcp/index.js';
import { secretLimits } from '../record/index.js';
import { ekPublicFromSpki, encodeImportBlob, maxSealedBytes, sealToEk, signingKeyToEk, type PublicArea } from '../tpm/index.js';
import type { SealConfig } from './config.js';
import { deliverEntries, type NewEntry } from './entries.js';
import { exitCodes, type ExitCode } from './exit.js';
import { endorsementKeyOf } from './inspect.js';
import type { Program } from './program.js';
import { readBounded } from './secrets.js';

/**
 * `seal`: bytes, or a signing key, for the TPM of one VM, and for the state of its PCRs where values are given. Without a name
 * the base64 ImportBlob alone is printed, so that it can be redirected; with one, entries for a secrets file.
 * @throws AppError as inspectVm for the VM; CONFIG_INVALID for what cannot be sealed; CRYPTO_FAILED for a key that is no EK
 */
export async function seal(config: SealConfig, program: Program): Promise<ExitCode> {
  for (const line of sealWarnings(config)) program.complain(`warning: ${line}`);
  const what = config.signingKey === undefined ? await dataToSeal(config, program.input) : await privateKeyIn(config.signingKey);
  const cloud = program.openCloud({ endpoints: config.endpoints });
  try {
    const entries = sealed(config, await ekPublicOf(config, cloud), what);
    const [blob] = entries;
    if (config.name !== undefined) await deliverEntries(entries, config, program);
    else if (config.json) program.result({ blob: base64(blob?.data ?? Buffer.alloc(0)) });
    else program.print(`${base64(blob?.data ?? Buffer.alloc(0))}\n`);
    return exitCodes.done;
  } finally {
    if (Buffer.isBuffer(what)) what.fill(0);
    await cloud.close();
  }
}

/** The EK in its template. What Google names in the place of one algorithm must be a key of that algorithm. */
async function ekPublicOf({ target, ekAlgorithm }: SealConfig, cloud: Pick<Cloud, 'compute'>): Promise<PublicArea> {
  const area = ekPublicFromSpki(await endorsementKeyOf(cloud, target, ekAlgorithm));
  if (area.type !== ekAlgorithm)
    throw new AppError('CRYPTO_FAILED', `the endorsement key that Google names as ${ekAlgorithm} is of another algorithm: ${area.type}`);
  return area;
}

function sealed({ name = 'blob', pcrs, indirect }: SealConfig, ekPublic: PublicArea, what: Buffer | KeyObject): readonly NewEntry[] {
  const target = { ekPublic, ...(pcrs === undefined ? {} : { pcrs }) };
  if (!Buffer.isBuffer(what)) return [tpmEntry(name, signingKeyToEk({ ...target, privateKey: what }))];
  if (!indirect) return [tpmEntry(name, sealToEk({ ...target, data: what }))];
  const key = randomBytes(32);
  try {
    const { ciphertextName, keyName } = indirectNames(name);
    return [{ name: ciphertextName, type: 'RAW', data: encrypted(key, name, what) }, tpmEntry(keyName, sealToEk({ ...target, data: key }))];
  } finally {
    key.fill(0);
  }
}

const tpmEntry = (name: string, blob: Parameters<typeof encodeImportBlob>[0]): NewEntry => ({
  name,
  type: 'TPM',
  data: encodeImportBlob(blob),
});

/** The article calls the parts of s1 `s1_ciphertext` and `k1_ciphertext`. The client joins them under the name of the whole. */
const indirectNames = (name: string): { readonly ciphertextName: string; readonly keyName: string } => ({
  ciphertextName: `${name}_ciphertext`,
  keyName: /^s[0-9]+$/.test(name) ? `k${name.slice(1)}_ciphertext` : `${name}_key`,
});

/** `nonce (12 bytes) || AES-256-GCM ciphertext || tag (16)`; the name is the associated data, so that no other secret takes its place. */
function encrypted(key: Buffer, name: string, data: Buffer): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(name, 'ascii'));
  return Buffer.concat([nonce, cipher.update(data), cipher.final(), cipher.getAuthTag()]);
}

/**
 * What to seal: the text of `--encryptToTPM`, the bytes of `--file`, or standard input as it is (a last line feed counts).
 * @throws AppError CONFIG_INVALID
 */
async function dataToSeal({ text, file, indirect }: SealConfig, input: Readable): Promise<Buffer> {
  const maxBytes = indirect ? secretLimits.bytesEach - 28 : maxSealedBytes;
  const data =
    text !== undefined
      ? Buffer.from(text, 'utf8')
      : await (file === undefined ? readAll(input, maxBytes) : readBounded('file', file, maxBytes * 16));
  if (data.length > maxBytes) throw tooLong(maxBytes);
  if (data.length === 0) throw new AppError('CONFIG_INVALID', 'nothing to seal; pipe the bytes in, or name them by --file');
  return data;
}

const tooLong = (maxBytes: number): AppError =>
  new AppError(
    'CONFIG_INVALID',
    maxBytes === maxSealedBytes ? `a TPM seals at most ${maxBytes} bytes; --indirect takes more` : `a secret has at most ${maxBytes} bytes`,
  );

async function privateKeyIn(file: string): Promise<KeyObject> {
  const pem = await readBounded('signingKey', file, 64 * 1024);
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw new AppError('CONFIG_INVALID', `--signingKey: ${file} is not a PEM private key without a password`, { cause: error });
  } finally {
    pem.fill(0);
  }
}

/** What a person should know before using the blob. */
const sealWarnings = ({ text, pcrs, signingKey }: SealConfig): readonly string[] => [
  ...(text === undefined
    ? []
    : ['--encryptToTPM: other users of this machine can see arguments, and shells keep them; use: provisioner seal --file FILE']),
  ...(pcrs === undefined ? ['no --pcrValues: whatever that VM boots can open the blob'] : []),
  ...(signingKey === undefined ? [] : ['whoever has the key file can sign too: remove it when it is sealed']),
];

async function readAll(input: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input as AsyncIterable<Uint8Array>) {
    chunks.push(Buffer.from(chunk));
    size += chunk.length;
    if (size > maxBytes) throw tooLong(maxBytes);
  }
  return Buffer.concat(chunks);
}
