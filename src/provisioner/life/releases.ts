import type { StateStore } from '../../gcp/index.js';

/** Releases that the TokenServer counted under one approval. */
export interface Releases {
  readonly count: number;
  /** Of the last; undefined where there was none. */
  readonly lastAt: Date | undefined;
}

const maxReleases = 1_000_000;

/**
 * Counts the documents `release.INSTANCE.DIGEST.n` that the server made. The numbers have no gaps, so the highest is found by
 * doubling and halving: about 20 reads for a thousand.
 */
export async function countReleases(state: Pick<StateStore, 'get'>, instanceId: string, approvalDigest: string): Promise<Releases> {
  const read = (n: number) => state.get(`release.${instanceId}.${Buffer.from(approvalDigest, 'base64').toString('base64url')}.${n}`);
  let top = 1;
  while (top <= maxReleases && (await read(top)) !== undefined) top *= 2;
  let low = Math.floor(top / 2);
  for (let high = top; high - low > 1;) {
    const middle = Math.floor((low + high) / 2);
    if ((await read(middle)) === undefined) high = middle;
    else low = middle;
  }
  const seconds = low === 0 ? undefined : (await read(low))?.['countedAtSeconds'];
  return { count: low, lastAt: typeof seconds === 'number' ? new Date(seconds * 1000) : undefined };
}
