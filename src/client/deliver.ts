import type { Log } from '../base/index.js';
import type { ClientLife } from './client-life.js';
import { ExitCode } from './exit-codes.js';
import { fail } from './io.js';
import { serveLocally } from './local-socket.js';
import { keepAttesting } from './reattest.js';
import type { Release } from './release.js';
import { writeSecretFiles } from './secret-files.js';
import { SecretStore } from './secret-store.js';
import { Signer } from './signer.js';
import type { OpenedSecret } from './opened-secret.js';
import { unwrapSecrets } from './unwrap.js';
import { prepareLaunch, type Launch } from './workload/launch.js';
import { runRevokedCommand } from './workload/revoked-command.js';
import { superviseWorkload } from './workload/supervise.js';

const dayMs = 86_400_000;

/** The secrets where they were asked for. */
interface Delivered {
  readonly store: SecretStore;
  readonly launch: Launch | undefined;
  /** Undoes everything, the last first. */
  readonly undo: (() => Promise<void> | void)[];
  /** Leaves files that are whose they were written for. */
  readonly leave: () => void;
}

/**
 * Opens the secrets, hands them over (memory, --out, --socket, or a workload), and wipes them when the workload ends, the
 * signal aborts or the server revokes them. With --exitAfterRelease it ends at once and leaves the files to the script that
 * wanted them.
 * @returns the exit code, the workload's where there is one; errors are told on stderr.
 */
export async function deliver(release: Release, life: ClientLife): Promise<number> {
  const { config, io, log, conversation } = life;
  let delivered: Delivered;
  try {
    delivered = await handOver(release, life);
  } catch (error) {
    return fail(io, error, ExitCode.badSecret);
  }
  conversation.dispose();
  if (config.exitAfterRelease) {
    delivered.leave();
    delivered.store.dispose();
    return ExitCode.done;
  }
  try {
    return await hold(life, delivered.launch);
  } catch (error) {
    return fail(io, error, ExitCode.internal);
  } finally {
    await undoAll(delivered.undo);
    log.info('client.wiped');
  }
}

async function handOver(
  { decisionId, secrets, signingKey, payloadCommand }: Release,
  { config, log, io, prepared }: ClientLife,
): Promise<Delivered> {
  const { tpmLocation, workloadCommand } = prepared;
  const { outDirectory, socketPath, workload, unsealPcr } = config;
  const opened = await unwrapSecrets(secrets, { tpmLocation, unsealPcr });
  const store = new SecretStore(opened);
  const undo: Delivered['undo'] = [() => store.dispose()];
  let leave = (): void => undefined;
  let launch: Launch | undefined;
  try {
    if (outDirectory !== undefined && workload === undefined) {
      const files = await writeSecretFiles(outDirectory, opened);
      undo.push(() => files.wipe());
      leave = () => files.leave();
      tellDelivered(log, decisionId, opened, files.paths);
    } else if (workload !== undefined) {
      launch = await prepareLaunch(workload, store, { command: workloadCommand, payloadCommand, env: io.env, outDirectory, socketPath });
      const started = launch;
      undo.push(() => started.clear());
      tellDelivered(log, decisionId, opened, started.paths);
    } else tellDelivered(log, decisionId, opened, []);
    if (socketPath !== undefined) {
      const signer = signingKey === undefined || tpmLocation === undefined ? undefined : new Signer(tpmLocation, signingKey);
      const socket = await serveLocally(socketPath, { store, signer, log });
      undo.push(() => socket.close());
    }
    return { store, launch, undo, leave };
  } catch (error) {
    await undoAll(undo);
    throw error;
  }
}

const tellDelivered = (log: Log, decisionId: string, opened: readonly OpenedSecret[], files: readonly string[]): void =>
  log.info('client.delivered', { decisionId, secrets: opened.map(({ name, type }) => ({ name, type })), files });

async function undoAll(undo: Delivered['undo']): Promise<void> {
  for (const act of [...undo].reverse()) await act();
}

/** Until the signal, the end of the workload, or a revocation with --onRevoked stop. */
async function hold(life: ClientLife, launch: Launch | undefined): Promise<number> {
  const { config, io, log } = life;
  const revoked = new AbortController();
  const over = new AbortController();
  // A workload gets the signals itself, and its end ends the proofs; without one the signal ends them.
  const signal = launch === undefined ? io.signal : over.signal;
  const attesting = attestUntil(life, signal).then((end) => {
    if (end === 'revoked') revoked.abort();
    return end;
  });
  if (launch === undefined) return (await attesting) === 'revoked' ? ExitCode.revoked : ExitCode.done;
  try {
    if (io.signal.aborted) return ExitCode.done;
    const { sleep, forwardSignals } = io;
    const restarts = config.workload?.maxRestarts ?? 0;
    const exitCode = await superviseWorkload(launch, restarts, { log, sleep, forwardSignals, end: revoked.signal });
    return revoked.signal.aborted ? ExitCode.revoked : exitCode;
  } finally {
    over.abort();
    await attesting;
  }
}

async function attestUntil({ config, io, log, conversation }: ClientLife, signal: AbortSignal): Promise<'stopped' | 'revoked'> {
  const { reattestSeconds, onRevoked } = config;
  if (reattestSeconds === undefined) {
    // A timer keeps the process alive; an idle connection would not.
    while (!signal.aborted) await io.sleep(dayMs, signal);
    return 'stopped';
  }
  return keepAttesting(
    () => conversation.reattest(),
    { everySeconds: reattestSeconds, onRevoked },
    {
      log,
      sleep: io.sleep,
      signal,
      exec: (command, refused) => runRevokedCommand(command, refused, { log, env: io.env }),
    },
  );
}
