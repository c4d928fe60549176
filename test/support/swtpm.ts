import { spawn, execFileSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A software TPM of its own for one test file: a fresh state directory, a UNIX socket in it. */
export interface Swtpm {
  /** For Tpm.open. */
  readonly location: string;
  /** The state directory; swtpm rewrites it. */
  readonly directory: string;
  /** For tpm2-tools, as the variable TPM2TOOLS_TCTI. swtpm serves one connection at a time: close ours first. */
  readonly tcti: string;
  /** Kills swtpm and starts it again on the same state, as a power cycle does. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts swtpm, from the state in a .tar.gz when one is named. It has had TPM2_Startup(CLEAR) when this returns. */
export async function startSwtpm(options: { readonly stateArchive?: string } = {}): Promise<Swtpm> {
  const directory = await mkdtemp(join(tmpdir(), 'swtpm-'));
  if (options.stateArchive !== undefined) execFileSync('tar', ['xzf', options.stateArchive, '-C', directory]);
  const socket = join(directory, 'tpm.sock');
  let child = await launch(directory, socket);
  return {
    location: `unix:${socket}`,
    directory,
    tcti: `swtpm:path=${socket}`,
    restart: async () => {
      await kill(child);
      child = await launch(directory, socket);
    },
    stop: async () => {
      await kill(child);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function launch(directory: string, socket: string): Promise<ChildProcess> {
  await rm(socket, { force: true });
  await rm(`${socket}.ctrl`, { force: true });
  const words = `socket --tpm2 --tpmstate dir=${directory} --server type=unixio,path=${socket} --ctrl type=unixio,path=${socket}.ctrl --flags not-need-init,startup-clear`;
  const child = spawn('swtpm', words.split(' '), { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (text) => (complaint += String(text)));
  child.on('error', (error) => (complaint += error.message));
  for (let attempt = 0; attempt < 1000; attempt++) {
    if (await answers(socket)) return child;
    if (child.exitCode !== null || child.pid === undefined) break;
    await delay(10);
  }
  await kill(child);
  throw new Error(`swtpm did not start: ${complaint}`);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => socket.end(() => resolve(true)));
    socket.once('error', () => resolve(false));
  });
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
