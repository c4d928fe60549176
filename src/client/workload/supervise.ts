import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { Writable } from 'node:stream';
import { AppError, messageOf, type Log } from '../../base/index.js';
import type { Trouble } from '../exit-codes.js';
import type { Launch } from './launch.js';

export interface WorkloadWorld {
  readonly log: Log;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** From now on signals come here instead of ending the client. @returns ends that. */
  readonly forwardSignals: (to: (name: NodeJS.Signals) => void) => () => void;
  /** Ends the workload: SIGTERM, and SIGKILL ten seconds later. */
  readonly end: AbortSignal;
}

const graceMs = 10_000;
/** Shortest and longest wait before a restart. */
const restartWaitMs = [1_000, 60_000] as const;
/** Whoever sends one of these wants the workload to end: it is not started again. */
const endings: readonly string[] = ['SIGTERM', 'SIGINT', 'SIGHUP'];

/**
 * Runs the workload until it ends for good: its outputs are ours, the signals that we get are passed on to it, and one that
 * fails is started again as often as `maxRestarts` says, unless it was told to end.
 * @returns its exit code, or 128 and the number of the signal that killed it.
 * @throws AppError CONFIG_INVALID with trouble `workload-missing` when it cannot be started.
 */
export async function superviseWorkload(launch: Launch, maxRestarts: number, world: WorkloadWorld): Promise<number> {
  const { log, sleep, end } = world;
  const told = new AbortController();
  let running: ChildProcess | undefined;
  const stopForwarding = world.forwardSignals((name) => {
    if (endings.includes(name)) told.abort();
    running?.kill(name);
  });
  const isTold = (): boolean => told.signal.aborted || end.aborted;
  try {
    for (let restarts = 0; ; restarts++) {
      running = start(launch);
      log.info('workload.started', { pid: running.pid, restarts });
      const exitCode = await ended(running, end);
      log.info('workload.ended', { exitCode });
      if (exitCode === 0 || restarts >= maxRestarts || isTold()) return exitCode;
      const waitMs = Math.min(restartWaitMs[0] * 2 ** Math.min(restarts, 10), restartWaitMs[1]);
      log.warn('workload.will-restart', { exitCode, waitMs });
      await sleep(waitMs, AbortSignal.any([told.signal, end]));
      if (isTold()) return exitCode;
    }
  } finally {
    stopForwarding();
  }
}

function start({ command, args, env, fds, directory }: Launch): ChildProcess {
  const stdio: ('inherit' | 'pipe' | 'ignore')[] = ['inherit', 'inherit', 'inherit'];
  for (const { fd } of fds) {
    while (stdio.length < fd) stdio.push('ignore');
    stdio[fd] = 'pipe';
  }
  const child = spawn(command, args, { stdio, env: { ...env }, ...(directory !== undefined && { cwd: directory }) });
  for (const { fd, bytes } of fds) {
    const stream = child.stdio[fd] as Writable | null | undefined;
    // A workload that does not read it, or ends first, is no error of ours.
    stream?.on('error', () => undefined);
    stream?.end(bytes);
  }
  return child;
}

function ended(child: ChildProcess, end: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    let killer: NodeJS.Timeout | undefined;
    const terminate = (): void => {
      child.kill('SIGTERM');
      killer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    };
    const finish = (): void => {
      clearTimeout(killer);
      end.removeEventListener('abort', terminate);
    };
    child.once('error', (error) => {
      finish();
      reject(
        new AppError('CONFIG_INVALID', `cannot start the workload: ${messageOf(error)}`, {
          cause: error,
          context: { trouble: 'workload-missing' satisfies Trouble },
        }),
      );
    });
    child.once('exit', (code, signal) => {
      finish();
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
    end.addEventListener('abort', terminate);
    if (end.aborted) terminate();
  });
}
