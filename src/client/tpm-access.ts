import { AppError } from '../base/index.js';
import { findTpmDevice, readPcrs, Tpm } from '../tpm-device/index.js';
import type { Trouble } from './exit-codes.js';

/** The last work of this process on each TPM. */
const queues = new Map<string, Promise<unknown>>();

/**
 * Opens the TPM for one piece of work and closes it. Work on one TPM is done one after the other: proofs, signatures and
 * unsealing would otherwise take each other's few slots.
 * @throws as Tpm.open and the work.
 */
export function withTpm<T>(location: string, work: (tpm: Tpm) => Promise<T>): Promise<T> {
  const before = queues.get(location) ?? Promise.resolve();
  const mine = before.then(async () => {
    const tpm = await Tpm.open(location);
    try {
      return await work(tpm);
    } finally {
      await tpm.close();
    }
  });
  queues.set(
    location,
    mine.catch(() => undefined),
  );
  return mine;
}

/** How long a TPM may take to show that it is there. */
const probeMs = 15_000;

/**
 * A TPM that is there and answers, as given or the first of this machine.
 * @throws AppError TPM_UNAVAILABLE (with trouble `tpm-busy` when it is silent for 15 s), TPM_COMMAND_FAILED
 */
export async function answeringTpm(given: string | undefined, timeoutMs = probeMs): Promise<string> {
  const location = given ?? (await findTpmDevice());
  const silent = new AbortController();
  const busy = new AppError(
    'TPM_UNAVAILABLE',
    `${location}: busy: the TPM did not answer within ${timeoutMs / 1000} s; stop the other program that holds it, or use /dev/tpmrm0, which programs can share`,
    { context: { trouble: 'tpm-busy' satisfies Trouble } },
  );
  const timer = setTimeout(() => silent.abort(busy), timeoutMs);
  try {
    const tpm = await Tpm.open(location, { signal: silent.signal });
    try {
      await readPcrs(tpm, 'sha256', [0]);
    } finally {
      await tpm.close();
    }
  } catch (error) {
    throw silent.signal.aborted ? busy : error;
  } finally {
    clearTimeout(timer);
  }
  return location;
}
