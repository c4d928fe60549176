import type { Log } from '../base/index.js';
import { describe } from './run.js';
import { RefusedError } from './server-trouble.js';

export interface ReattestSettings {
  readonly everySeconds: number;
  readonly onRevoked: 'warn' | 'stop';
}

export interface ReattestWorld {
  readonly log: Log;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Proves the VM again at each interval until the signal aborts. A server that refuses what Alice or Bob changed is a
 * revocation; one that does not answer, or is in trouble itself, is not.
 * @returns `revoked` only with onRevoked `stop`.
 */
export async function keepAttesting(
  reattest: () => Promise<void>,
  settings: ReattestSettings,
  { log, sleep, signal }: ReattestWorld,
): Promise<'stopped' | 'revoked'> {
  for (;;) {
    await sleep(settings.everySeconds * 1000, signal);
    if (signal.aborted) return 'stopped';
    try {
      await reattest();
      log.info('client.attested-again');
    } catch (error) {
      const isRevoked = error instanceof RefusedError && error.refusal.healedBy !== 'time';
      log.warn(isRevoked ? 'client.revoked' : 'client.not-attested-again', describe(error));
      if (isRevoked && settings.onRevoked === 'stop') return 'revoked';
    }
  }
}
