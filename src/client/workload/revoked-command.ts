import { spawn } from 'node:child_process';
import { messageOf, type Log } from '../../base/index.js';
import type { RefusedError } from '../server-trouble.js';

/** How long the command may take. */
const limitMs = 60_000;

/**
 * Runs the command of `--onRevoked 'exec CMD'`, without a shell. It finds why by TOKENCLIENT_REASON and TOKENCLIENT_DECISION_ID
 * and gets no secret. Its failure is logged; it never rejects.
 */
export function runRevokedCommand(
  [command = '', ...args]: readonly string[],
  { refusal }: RefusedError,
  world: { readonly log: Log; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<void> {
  const env = { ...world.env, TOKENCLIENT_REASON: refusal.reason, TOKENCLIENT_DECISION_ID: refusal.decisionId };
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'inherit', env, timeout: limitMs, killSignal: 'SIGKILL' });
    child.once('error', (error) => {
      world.log.error('client.revoked-command-failed', { why: messageOf(error) });
      resolve();
    });
    child.once('exit', (exitCode, signal) => {
      world.log.info('client.revoked-command-ended', { exitCode, signal });
      resolve();
    });
  });
}
