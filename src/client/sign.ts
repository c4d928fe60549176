import { readFile } from 'node:fs/promises';
import { AppError, base64, messageOf } from '../base/index.js';
import type { ClientLife } from './client-life.js';
import { askUntil, liveWith } from './client.js';
import type { ClientConfig } from './config.js';
import { ExitCode } from './exit-codes.js';
import { fail, type Io } from './io.js';
import { Signer } from './signer.js';

const maxInputBytes = 64 * 1024 * 1024;

/**
 * `tokenclient sign`: proves the VM and a signing key to the TokenServer, asks for no secret, and signs a file with that key.
 * Prints the signature in base64 and the public key. @returns the exit code.
 */
export async function signOnce(config: ClientConfig, io: Io): Promise<number> {
  let data: Buffer;
  try {
    data = await readInput(config.inputFile ?? '');
  } catch (error) {
    return fail(io, error, ExitCode.badFiles);
  }
  return liveWith(config, io, (life) => {
    const attempt = async (): Promise<Signer> => new Signer(life.prepared.tpmLocation ?? '', await life.conversation.attestSigningKey());
    return askUntil(life, { phase: 'attesting', attempt }, (signer) => printSignature(life, signer, data));
  });
}

async function printSignature({ io, config }: ClientLife, signer: Signer, data: Buffer): Promise<number> {
  const { algorithm, signature, publicKeyPem } = await signer.sign(data);
  const shown = { algorithm, signature: base64(signature), publicKeyPem };
  io.stdout(config.printsJson ? `${JSON.stringify(shown, undefined, 2)}\n` : `${shown.signature}\n${publicKeyPem}`);
  return ExitCode.done;
}

async function readInput(path: string): Promise<Buffer> {
  let data: Buffer;
  try {
    data = await readFile(path);
  } catch (error) {
    throw new AppError('CONFIG_INVALID', `cannot read --in ${path}: ${messageOf(error)}`, { cause: error });
  }
  if (data.length > maxInputBytes) throw new AppError('CONFIG_INVALID', `--in ${path} has more than 64 MiB: sign its hash`);
  return data;
}
