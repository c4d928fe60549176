import type { Program } from './program.js';

/** Cloud Logging counts its reads by the minute, so a minute and a half is enough unless others go on reading. */
const [pauseMs, mostPauses] = [15_000, 6];

/**
 * Waits while the quota of the audit log's reads is used up, and says so: replicas of a server that reads the same project's log
 * spend it too. Gives false after six pauses of 15 seconds; what was read before counts no more then.
 * @see https://cloud.google.com/logging/quotas#api-limits
 */
export function patienceWithQuota({ complain, pause }: Pick<Program, 'complain' | 'pause'>): () => Promise<boolean> {
  let pausesLeft = mostPauses;
  return async () => {
    if (pausesLeft-- === 0) return false;
    complain(`the quota of audit log reads is used up; asking again in ${pauseMs / 1000} seconds (Ctrl-C ends)`);
    await pause(pauseMs);
    return true;
  };
}
