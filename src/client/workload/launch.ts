import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../base/index.js';
import { checkDirectory, writeSecretFiles, type SecretFiles } from '../secret-files.js';
import type { SecretStore } from '../secret-store.js';
import { namedSecrets, templatePattern, type WorkloadPlan } from './plan.js';

/** A workload that is ready to be started, as often as wanted. `env` may hold values of secrets, `args` never do. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly fds: readonly { readonly fd: number; readonly bytes: Buffer }[];
  readonly paths: readonly string[];
  /** Wipes what was written. */
  clear(): Promise<void>;
}

export interface LaunchSettings {
  /** Path of the program. */
  readonly command: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** On tmpfs; undefined: /dev/shm or /run. */
  readonly outDirectory: string | undefined;
  readonly socketPath: string | undefined;
}

/**
 * Puts the secrets where the workload will look for them.
 * @throws AppError CONFIG_INVALID naming a secret that is not in the release or cannot be used as asked.
 */
export async function prepareLaunch(plan: WorkloadPlan, store: SecretStore, settings: LaunchSettings): Promise<Launch> {
  checkSecrets(plan, store);
  const files = plan.writesFiles ? await writeFiles(store, settings.outDirectory) : undefined;
  const pathOf = (name: string): string => join(files?.directory ?? '', name);
  const { googleCredentials } = plan;
  return {
    command: settings.command,
    args: plan.args.map((arg) =>
      arg.replace(templatePattern, (_, name: string | undefined) => (name === undefined ? pathOf('') : pathOf(name))),
    ),
    env: {
      ...settings.env,
      ...(files !== undefined && { TOKENCLIENT_SECRETS: files.directory }),
      ...(settings.socketPath !== undefined && { TOKENCLIENT_SOCKET: settings.socketPath }),
      ...(googleCredentials !== undefined && { GOOGLE_APPLICATION_CREDENTIALS: pathOf(googleCredentials) }),
      ...Object.fromEntries(plan.env.map(({ variable, secret }) => [variable, textOf(secret, store)])),
    },
    fds: plan.fds.map(({ fd, secret }) => ({ fd, bytes: store.bytes(secret) })),
    paths: files?.paths ?? [],
    clear: async () => {
      await files?.wipe();
      if (files !== undefined) await rm(files.directory, { recursive: true, force: true });
    },
  };
}

function checkSecrets(plan: WorkloadPlan, store: SecretStore): void {
  for (const name of namedSecrets(plan)) store.bytes(name);
  for (const { secret } of plan.env) textOf(secret, store);
  if (plan.googleCredentials !== undefined) checkServiceAccountKey(plan.googleCredentials, store);
}

/** An environment variable is text without NUL. */
function textOf(name: string, store: SecretStore): string {
  const bytes = store.bytes(name);
  const text = bytes.toString('utf8');
  if (bytes.includes(0) || !Buffer.from(text).equals(bytes))
    throw new AppError('CONFIG_INVALID', `secret ${name} is no text that fits into an environment variable (--env): use its file or --fd`);
  return text;
}

function checkServiceAccountKey(name: string, store: SecretStore): void {
  let key: unknown;
  try {
    key = JSON.parse(store.bytes(name).toString('utf8'));
  } catch {
    // What the parser says quotes the text.
    key = undefined;
  }
  const isKey = typeof key === 'object' && key !== null && 'type' in key && key.type === 'service_account' && 'private_key' in key;
  if (!isKey) throw new AppError('CONFIG_INVALID', `secret ${name} is no service account key in JSON, which --googleCredentials asks for`);
}

async function writeFiles(store: SecretStore, outDirectory: string | undefined): Promise<SecretFiles & { readonly directory: string }> {
  const parent = outDirectory ?? (await memoryDirectory());
  const directory = await mkdtemp(join(parent, 'tokenclient-'));
  try {
    return { ...(await writeSecretFiles(directory, store.all)), directory };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/** Directories of Linux that are tmpfs. */
const memoryDirectories = ['/dev/shm', '/run'] as const;

/** @throws AppError CONFIG_INVALID when neither is in memory: a container without a tmpfs mount. */
export async function memoryDirectory(): Promise<string> {
  for (const directory of memoryDirectories) {
    try {
      await checkDirectory(directory);
      return directory;
    } catch {
      continue;
    }
  }
  throw new AppError(
    'CONFIG_INVALID',
    `neither ${memoryDirectories.join(' nor ')} is on tmpfs: mount one (docker run --tmpfs /run) or name it by --out`,
    {
      context: { trouble: 'not-in-memory' },
    },
  );
}
