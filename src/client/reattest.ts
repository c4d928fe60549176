import type { Log } from '../base/index.js';
import { describe } from './run.js';
import { RefusedError } from './server-trouble.js';

/** What to do when the server refuses a later proof: log it, wipe and end, or run a command (a program and its arguments). */
export type OnRevoked = 'warn' | 'stop' | { readonly exec: readonly string[] };

export interface ReattestSettings {
  readonly everySeconds: number;
  readonly onRevoked: OnRevoked;
}

export interface ReattestWorld {
  readonly log: Log;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
  /** Runs the command of onRevoked `exec`; never rejects. */
  readonly exec: (command: readonly string[], refused: RefusedError) => Promise<void>;
}

/**
 * Proves the VM again at each interval until the signal aborts. A server that refuses what Alice or Bob changed is a
 * revocation; one that does not answer, or is in trouble itself, is not.
 * @returns `revoked` only with onRevoked `stop`.
 */
export async function keepAttesting(
  reattest: () => Promise<'quote' | 'attestation'>,
  settings: ReattestSettings,
  { log, sleep, signal, exec }: ReattestWorld,
): Promise<'stopped' | 'revoked'> {
  for (;;) {
    await sleep(settings.everySeconds * 1000, signal);
    if (signal.aborted) return 'stopped';
    try {
      log.info('client.attested-again', { by: await reattest() });
    } catch (error) {
      const isRevoked = error instanceof RefusedError && error.refusal.healedBy !== 'time';
      log.warn(isRevoked ? 'client.revoked' : 'client.not-attested-again', describe(error));
      if (!isRevoked || settings.onRevoked === 'warn') continue;
      if (settings.onRevoked === 'stop') return 'revoked';
      await exec(settings.onRevoked.exec, error);
    }
  }
}
