import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../base/index.js';
import { binaryKeyset, createKeyset, inspectKeyset } from '../keyset/index.js';
import type { EntryConfig } from './config.js';
import { deliverEntries } from './entries.js';
import { exitCodes, type ExitCode } from './exit.js';
import type { Program } from './program.js';
import { readBounded } from './secrets.js';

const maxFileBytes = 64 * 1024;

/** `tink` and `service-account-key`: one entry of a secrets file, without any cloud. @throws AppError CONFIG_INVALID, CRYPTO_FAILED */
export async function makeEntry(config: EntryConfig, program: Program): Promise<ExitCode> {
  const { name } = config;
  const made = config.command === 'tink' ? await keyset(config, program) : await serviceAccountKey(config, program);
  await deliverEntries([{ name, ...made }], config, program);
  made.data.fill(0);
  return exitCodes.done;
}

interface Made {
  readonly type: 'RAW' | 'TINK';
  readonly data: Buffer;
}

/** A new keyset, or one from a file: Tink's JSON becomes its binary form, which the client reads. */
async function keyset({ file, template }: EntryConfig, program: Program): Promise<Made> {
  const data = file === undefined ? await createKeyset(template) : binaryKeyset(await readBounded('file', file, maxFileBytes));
  const { primaryKeyId, keys } = inspectKeyset(data);
  program.complain(
    `${file === undefined ? 'new keyset' : 'keyset'}: ${keys.map((key) => `${key.type} ${key.keyId}`).join(', ')}; primary key ${primaryKeyId}`,
  );
  return { type: 'TINK', data };
}

/** The members that Google's libraries need. @see https://cloud.google.com/iam/docs/keys-create-delete */
const keyFileSchema = z.object({
  type: z.literal('service_account'),
  project_id: z.string().min(1),
  private_key_id: z.string().regex(/^[0-9a-f]{40}$/),
  private_key: z.string(),
  client_email: z.string().regex(/^[^@\s]+@[^@\s]+\.gserviceaccount\.com$/),
  token_uri: z.literal('https://oauth2.googleapis.com/token'),
});

/** The key file as it is, as Google's libraries in the workload read it. */
async function serviceAccountKey({ file = '' }: EntryConfig, program: Program): Promise<Made> {
  const data = await readBounded('file', file, maxFileBytes);
  const parsed = keyFileSchema.safeParse(jsonOf(data));
  if (!parsed.success) {
    const member = parsed.error.issues[0]?.path.join('.') ?? '';
    throw new AppError(
      'CONFIG_INVALID',
      `--file: ${file} is no service account key: ${member === '' ? 'not a JSON object' : `${member} is missing or wrong`}`,
    );
  }
  const { client_email: account, private_key_id: keyId, private_key: privateKey } = parsed.data;
  if (!isRsaKey(privateKey))
    throw new AppError('CONFIG_INVALID', `--file: ${file} is no service account key: private_key is no RSA private key`);
  program.complain(`key ${keyId} of ${account}; it holds until you delete it at Google, whatever becomes of the approval`);
  return { type: 'RAW', data };
}

function jsonOf(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString('utf8'));
  } catch {
    return undefined;
  }
}

function isRsaKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}
