import type { Log } from '../base/index.js';
import type { ClientConfig } from './config.js';
import { ExitCode } from './exit-codes.js';
import { fail, type Io } from './io.js';
import { keepAttesting } from './reattest.js';
import type { Release, ReleaseConversation } from './release.js';
import { writeSecretFiles, type SecretFiles } from './secret-files.js';
import { SecretStore } from './secret-store.js';
import { unwrapSecrets } from './unwrap.js';

const dayMs = 86_400_000;

/** What a release is handed over with. */
export interface Holding {
  readonly config: ClientConfig;
  readonly io: Io;
  readonly log: Log;
  readonly conversation: ReleaseConversation;
  readonly tpmLocation: string | undefined;
}

/**
 * Opens the secrets, keeps them in memory (and in --out, if asked) until the signal aborts or the server revokes them, and
 * wipes them. With --exitAfterRelease it ends at once and leaves the files to the script that wanted them.
 * @returns the exit code; errors are told on stderr.
 */
export async function deliver({ decisionId, secrets }: Release, holding: Holding): Promise<ExitCode> {
  const { config, io, log, conversation, tpmLocation } = holding;
  let store: SecretStore;
  let files: SecretFiles | undefined;
  try {
    const opened = await unwrapSecrets(secrets, { tpmLocation, unsealPcr: config.unsealPcr });
    store = new SecretStore(opened);
    if (config.outDirectory !== undefined)
      files = await writeSecretFiles(config.outDirectory, opened).catch((error: unknown) => wipeAndThrow(store, error));
    log.info('client.delivered', { decisionId, secrets: opened.map(({ name, type }) => ({ name, type })), files: files?.paths ?? [] });
  } catch (error) {
    return fail(io, error, ExitCode.badSecret);
  }
  conversation.dispose();
  if (config.exitAfterRelease) {
    store.dispose();
    return ExitCode.done;
  }
  try {
    return await hold(holding);
  } finally {
    store.dispose();
    await files?.wipe();
    log.info('client.wiped');
  }
}

function wipeAndThrow(store: SecretStore, error: unknown): never {
  store.dispose();
  throw error;
}

async function hold({ config, io, log, conversation }: Holding): Promise<ExitCode> {
  const { reattestSeconds, onRevoked } = config;
  if (reattestSeconds === undefined) {
    // A timer keeps the process alive; an idle connection would not.
    while (!io.signal.aborted) await io.sleep(dayMs, io.signal);
    return ExitCode.done;
  }
  const end = await keepAttesting(() => conversation.reattest(), { everySeconds: reattestSeconds, onRevoked }, { log, ...io });
  return end === 'revoked' ? ExitCode.revoked : ExitCode.done;
}
