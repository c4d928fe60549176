import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../base/index.js';

const startTimeoutMs = 10_000;
const retryMs = 5;

/** Processes that must not outlive this one. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * One run of swtpm on a state directory, listening on a UNIX socket in it: from power on to power off. It has had
 * TPM2_Startup(CLEAR). swtpm serves one connection at a time.
 */
export class SwtpmProcess {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** The socket's path for a state directory. */
  static socketPath(directory: string): string {
    return join(directory, 'tpm.sock');
  }

  /** @throws AppError CONFIG_INVALID when swtpm is not installed, TPM_UNAVAILABLE when it does not start */
  static async start(directory: string): Promise<SwtpmProcess> {
    const socket = SwtpmProcess.socketPath(directory);
    await rm(socket, { force: true });
    const server = ['--server', `type=unixio,path=${socket}`, '--flags', 'not-need-init,startup-clear'];
    const child = spawn('swtpm', ['socket', '--tpm2', '--tpmstate', `dir=${directory}`, ...server], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString('utf8')));
    let missing = false;
    child.once('error', () => (missing = true));
    const deadline = Date.now() + startTimeoutMs;
    while (!(await accepts(socket))) {
      if (missing) throw new AppError('CONFIG_INVALID', 'swtpm is not installed: a VM of the local cloud needs it as its vTPM');
      if (child.exitCode !== null || Date.now() > deadline) {
        child.kill('SIGKILL');
        throw new AppError('TPM_UNAVAILABLE', `swtpm did not start: ${complaint.trim()}`);
      }
      await pause(retryMs);
    }
    return new SwtpmProcess(child);
  }

  /** Ends the process; resolves when it is gone. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }
}

/** Does somebody accept connections there? The connection is closed at once. */
function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => socket.end(() => resolve(true)));
    socket.once('error', () => resolve(false));
  });
}
