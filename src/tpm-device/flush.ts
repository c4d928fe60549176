import { flushContext } from './commands/object.js';
import type { Tpm } from './tpm.js';

/**
 * Uses an object or session and flushes it afterwards, whatever happens: after an error (which is then the error thrown)
 * and after a cancellation too.
 */
export async function thenFlush<T>(tpm: Tpm, handle: number, use: () => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await use();
  } catch (error) {
    await flushContext(tpm.forCleanup, handle).catch(() => undefined);
    throw error;
  }
  await flushContext(tpm.forCleanup, handle);
  return result;
}
