import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../base/index.js';
import { preparePayload, type Payload } from '../payload/start-payload.js';
import { writeSecretFiles, type SecretFiles } from '../secret-files.js';
import type { SecretStore } from '../secret-store.js';
import { directoryPrefix } from './leftovers.js';
import { memoryDirectory } from './memory-directory.js';
import { namedSecrets, secretsByPath, templatePattern, writesToMemory, type WorkloadPlan } from './plan.js';

/** A workload that is ready to be started, as often as wanted. `env` may hold values of secrets, `args` never do. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly fds: readonly { readonly fd: number; readonly bytes: Buffer }[];
  /** Where it is started; undefined: where the client was. */
  readonly directory: string | undefined;
  readonly paths: readonly string[];
  /** Wipes what was written. */
  clear(): Promise<void>;
}

export interface LaunchSettings {
  /** Path of the program; undefined for a payload. */
  readonly command: string | undefined;
  /** What the release allows to be started in a payload. */
  readonly payloadCommand: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** On tmpfs; undefined: /dev/shm or /run. */
  readonly outDirectory: string | undefined;
  readonly socketPath: string | undefined;
}

/**
 * Puts the secrets where the workload will look for them, and unpacks the workload where it is one of them.
 * @throws AppError CONFIG_INVALID naming a secret that is not in the release or cannot be used as asked; as preparePayload.
 */
export async function prepareLaunch(plan: WorkloadPlan, store: SecretStore, settings: LaunchSettings): Promise<Launch> {
  checkSecrets(plan, store, settings.payloadCommand);
  const parent = writesToMemory(plan) ? (settings.outDirectory ?? (await memoryDirectory())) : '';
  const undo: (() => Promise<void>)[] = [];
  const clear = async (): Promise<void> => {
    for (const act of undo.splice(0).reverse()) await act();
  };
  try {
    const program = await findProgram(plan, store, parent, settings);
    if (program.unpacked !== undefined) undo.push(program.unpacked.wipe);
    const files = plan.writesFiles ? await writeFiles(plan, store, parent) : undefined;
    if (files !== undefined) undo.push(files.clear);
    const directory = files?.directory ?? '';
    return {
      command: program.command,
      args: program.args.map((arg) => arg.replace(templatePattern, (_, name: string | undefined) => join(directory, name ?? ''))),
      env: environmentOf(plan, store, settings, { secrets: files?.directory, payload: program.unpacked?.directory }),
      fds: plan.fds.map(({ fd, secret }) => ({ fd, bytes: store.bytes(secret) })),
      directory: program.unpacked?.directory,
      paths: files?.paths ?? [],
      clear,
    };
  } catch (error) {
    await clear();
    throw error;
  }
}

async function findProgram(
  { start }: WorkloadPlan,
  store: SecretStore,
  parent: string,
  { command = '', payloadCommand, env }: LaunchSettings,
): Promise<Omit<Payload, 'unpacked'> & Partial<Payload>> {
  if (!('payload' in start)) return { command, args: start.args };
  return preparePayload(store, { name: start.payload, allowedCommand: payloadCommand, parent, path: env['PATH'] });
}

function environmentOf(
  { env, googleCredentials }: WorkloadPlan,
  store: SecretStore,
  settings: LaunchSettings,
  { secrets, payload }: { readonly secrets: string | undefined; readonly payload: string | undefined },
): Launch['env'] {
  return {
    ...settings.env,
    ...(secrets !== undefined && { TOKENCLIENT_SECRETS: secrets }),
    ...(payload !== undefined && { TOKENCLIENT_PAYLOAD: payload }),
    ...(settings.socketPath !== undefined && { TOKENCLIENT_SOCKET: settings.socketPath }),
    ...(googleCredentials !== undefined && { GOOGLE_APPLICATION_CREDENTIALS: join(secrets ?? '', googleCredentials) }),
    ...Object.fromEntries(env.map(({ variable, secret }) => [variable, textOf(secret, store)])),
  };
}

function checkSecrets(plan: WorkloadPlan, store: SecretStore, payloadCommand: readonly string[]): void {
  const { start, writesFiles, env, googleCredentials } = plan;
  const words = 'payload' in start ? payloadCommand : start.args;
  for (const name of namedSecrets(plan, words)) store.bytes(name);
  for (const { secret } of env) textOf(secret, store);
  if (googleCredentials !== undefined) checkServiceAccountKey(googleCredentials, store);
  if (!('payload' in start)) return;
  if (secretsByPath(plan, words).includes(start.payload))
    throw new AppError('CONFIG_INVALID', `secret ${start.payload} is the payload: it is unpacked and has no file`);
  if (!writesFiles && words.some((word) => word.search(templatePattern) >= 0))
    throw new AppError('CONFIG_INVALID', 'the command that Alice allowed names a secret by {{secret:NAME}}: leave out --files=false');
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

interface WrittenSecrets extends SecretFiles {
  readonly directory: string;
  /** Wipes the files and removes the directory. */
  readonly clear: () => Promise<void>;
}

/** All secrets but the payload, which has a directory of its own. */
async function writeFiles({ start }: WorkloadPlan, store: SecretStore, parent: string): Promise<WrittenSecrets> {
  const directory = await mkdtemp(join(parent, directoryPrefix.secrets));
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    const files = await writeSecretFiles(
      directory,
      store.all.filter(({ name }) => !('payload' in start && start.payload === name)),
    );
    return { ...files, directory, clear: () => files.wipe().then(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
}
