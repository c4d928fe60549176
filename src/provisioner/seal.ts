import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { AppError, base64 } from '../base/index.js';
import type { Cloud } from '../gcp/index.js';
import { ekPublicFromSpki, encodeImportBlob, maxSealedBytes, sealToEk } from '../tpm/index.js';
import type { SealConfig } from './config.js';
import { endorsementKeyOf } from './inspect.js';

/**
 * Seals a few bytes to the TPM of a VM, and to the state of its PCRs where values are given: the base64 ImportBlob that goes
 * into secrets.json with type TPM. The key is the one that Google names for this instance id.
 * @throws AppError as inspectVm for the VM; CRYPTO_FAILED for more than 128 bytes or a key that is no EK
 */
export async function sealForVm(config: SealConfig, cloud: Pick<Cloud, 'compute'>, data: Uint8Array): Promise<string> {
  const ekPublic = ekPublicFromSpki(await endorsementKeyOf(cloud, config.target));
  const { pcrs } = config;
  const blob = sealToEk({ ekPublic, data, ...(pcrs === undefined ? {} : { pcrs }) });
  return base64(encodeImportBlob(blob));
}

/**
 * What to seal: the text of `--encryptToTPM`, the bytes of `--file`, or standard input as it is (a last line feed counts).
 * @throws AppError CONFIG_INVALID
 */
export async function dataToSeal(config: SealConfig, input: Readable): Promise<Buffer> {
  if (config.text !== undefined) return Buffer.from(config.text, 'utf8');
  if (config.file === undefined) return readAll(input);
  try {
    return await readFile(config.file);
  } catch (error) {
    throw new AppError('CONFIG_INVALID', `--file: cannot read ${config.file}; name a file that this user can read`, { cause: error });
  }
}

/** What a person should know before using the blob. */
export const sealWarnings = ({ text, pcrs }: SealConfig): readonly string[] => [
  ...(text === undefined
    ? []
    : ['--encryptToTPM: other users of this machine can see arguments, and shells keep them; use: provisioner seal --file FILE']),
  ...(pcrs === undefined ? ['no --pcrValues: whatever that VM boots can open the blob'] : []),
];

async function readAll(input: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input as AsyncIterable<Uint8Array>) {
    chunks.push(Buffer.from(chunk));
    size += chunk.length;
    if (size > maxSealedBytes)
      throw new AppError('CONFIG_INVALID', `a TPM seals at most ${maxSealedBytes} bytes: seal a key, and encrypt the rest with it`);
  }
  if (size === 0) throw new AppError('CONFIG_INVALID', 'nothing to seal on standard input; pipe the bytes in, or name them by --file');
  return Buffer.concat(chunks);
}
