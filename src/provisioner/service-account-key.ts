import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../base/index.js';
import type { Cloud, MadeKey } from '../gcp/index.js';
import type { ServiceAccountKeyConfig } from './config.js';
import { deliverEntries, requireFreeName } from './entries.js';
import { exitCodes, type ExitCode } from './exit.js';
import type { Program } from './program.js';
import { readBounded } from './secrets.js';

const maxFileBytes = 64 * 1024;

/**
 * `service-account-key`: the JSON key file of a service account as a RAW secret, as Google's libraries in the workload read it:
 * one of yours, or a new one that Google makes. It goes into the secrets file and nowhere else.
 * @throws AppError CONFIG_INVALID for what is no key file; CLOUD_NOT_FOUND, CLOUD_PERMISSION_MISSING, CLOUD_UNAVAILABLE where
 * Google makes none
 */
export async function serviceAccountKey(config: ServiceAccountKeyConfig, program: Program): Promise<ExitCode> {
  await requireFreeName(config.name, config.secretsFile);
  const { file } = config;
  const data = file === undefined ? await newKey(config, program) : await readBounded('file', file, maxFileBytes);
  try {
    const { client_email: account, private_key_id: keyId } = keyFileIn(data, file === undefined ? "Google's answer" : `--file: ${file}`);
    const deleteCommand = `gcloud iam service-accounts keys delete ${keyId} --iam-account ${account}`;
    program.complain(`key ${keyId} of ${account}; whoever has it is that account, from anywhere, whatever becomes of the approval`);
    program.complain(`it holds until you delete it: ${deleteCommand}`);
    await deliverEntries([{ name: config.name, type: 'RAW', data }], config, program, { account, keyId, deleteCommand });
    return exitCodes.done;
  } finally {
    data.fill(0);
  }
}

async function newKey({ account, endpoints }: ServiceAccountKeyConfig, program: Program): Promise<Buffer> {
  const cloud = program.openCloud({ endpoints });
  try {
    const { file } = await createdKey(account ?? '', cloud);
    const data = Buffer.from(file.expose());
    file.dispose();
    return data;
  } finally {
    await cloud.close();
  }
}

async function createdKey(account: string, { serviceAccountKeys }: Cloud): Promise<MadeKey> {
  const lookup = await serviceAccountKeys.create(account);
  switch (lookup.kind) {
    case 'found':
      return lookup.value;
    case 'absent':
      throw new AppError('CLOUD_NOT_FOUND', `there is no service account ${account}; no key was made`);
    case 'forbidden':
      throw new AppError(
        'CLOUD_PERMISSION_MISSING',
        `no key was made: your account needs ${lookup.permission} on ${account} (role Service Account Key Admin)`,
        { context: { permission: lookup.permission } },
      );
  }
}

/** The members that Google's libraries need. @see https://cloud.google.com/iam/docs/keys-create-delete */
const keyFileSchema = z.object({
  type: z.literal('service_account'),
  project_id: z.string().min(1),
  private_key_id: z.string().regex(/^[0-9a-f]{40}$/),
  private_key: z.string(),
  client_email: z.string().regex(/^[a-z0-9-]+@[a-z0-9.-]+\.gserviceaccount\.com$/),
  token_uri: z.literal('https://oauth2.googleapis.com/token'),
});

/** @throws AppError CONFIG_INVALID naming what is wrong, never its value */
function keyFileIn(data: Buffer, where: string): z.infer<typeof keyFileSchema> {
  const problem = (what: string): AppError => new AppError('CONFIG_INVALID', `${where} is no service account key: ${what}`);
  const parsed = keyFileSchema.safeParse(jsonOf(data));
  if (!parsed.success) {
    const member = parsed.error.issues[0]?.path.join('.') ?? '';
    throw problem(member === '' ? 'not a JSON object' : `${member} is missing or wrong`);
  }
  if (!isRsaKey(parsed.data.private_key)) throw problem('private_key is no RSA private key');
  return parsed.data;
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
