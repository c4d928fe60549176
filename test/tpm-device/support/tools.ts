import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Tpm } from '../../../src/tpm-device/index.js';
import type { Swtpm } from '../../support/swtpm.js';

const run = promisify(execFile);

/** Runs one of tpm2-tools in the state directory of a TPM, and lets go of what it leaves loaded. @returns what it printed. */
export async function runTool(swtpm: Swtpm, command: string): Promise<string> {
  const [name = '', ...args] = command.split(' ');
  const options = { cwd: swtpm.directory, env: { ...process.env, TPM2TOOLS_TCTI: swtpm.tcti } };
  const { stdout } = await run(name, args, options);
  if (name.startsWith('tpm2_')) await run('tpm2_flushcontext', ['-t'], options);
  return stdout;
}

/** Uses the TPM and lets it go: swtpm serves one connection at a time. */
export async function withTpmOf<T>(swtpm: Swtpm, use: (tpm: Tpm) => Promise<T>): Promise<T> {
  const tpm = await Tpm.open(swtpm.location);
  try {
    return await use(tpm);
  } finally {
    await tpm.close();
  }
}
