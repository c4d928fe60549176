// Repeatable random numbers, and bytes made from well-formed ones by small changes.

/** A number below the limit. */
export type Random = (limit: number) => number;

/** A small repeatable generator (Marsaglia's xorshift32): the same seed gives the same cases. */
export function randomFrom(seed: number): Random {
  let state = (seed | 1) >>> 0;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % limit;
  };
}

export function pick<T>(values: readonly T[], below: Random): T {
  const value = values[below(values.length)];
  if (value === undefined) throw new Error('nothing to pick from');
  return value;
}

/** One of the specimens after one to three changes: cut, grown, spliced with another, overwritten, one bit flipped. */
export function mutate(specimens: readonly Buffer[], below: Random): Buffer {
  let bytes: Buffer = Buffer.from(pick(specimens, below));
  for (let steps = 1 + below(3); steps > 0; steps--) bytes = mutateOnce(bytes, specimens, below);
  return bytes;
}

/** What lengths and counts are most likely to be wrong by. */
const edges = ['00', 'ff', '0000', 'ffff', '00000000', 'ffffffff'].map((text) => Buffer.from(text, 'hex'));

function mutateOnce(bytes: Buffer, specimens: readonly Buffer[], below: Random): Buffer {
  const at = below(bytes.length + 1);
  switch (below(8)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes, noise(1 + below(8), below)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), noise(1 + below(4), below), bytes.subarray(at)]);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(4))]);
    case 4:
      return Buffer.concat([bytes.subarray(0, at), pick(specimens, below).subarray(at)]);
    case 5:
      return overwrite(bytes, at, pick(edges, below));
    case 6:
      return overwrite(bytes, at, noise(1 + below(4), below));
    default:
      return overwrite(bytes, at, Buffer.of((bytes[at] ?? 0) ^ (1 << below(8))));
  }
}

function overwrite(bytes: Buffer, at: number, patch: Buffer): Buffer {
  const edited = Buffer.from(bytes);
  patch.copy(edited, at);
  return edited;
}

const noise = (size: number, below: Random): Buffer => Buffer.from(Array.from({ length: size }, () => below(256)));
