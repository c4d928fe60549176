import { Reader, Writer } from './codec.js';
import { digest, hashId, readHash } from './hash.js';
import { encodePublic, type PublicArea } from './public.js';

/** The name of an object (Part 1, 16): nameAlg || H(TPMT_PUBLIC); 34 bytes for SHA-256. It covers every field, so one key with other attributes has another name. */
export const nameOf = (area: PublicArea): Buffer =>
  new Writer()
    .u16(hashId(area.nameAlg))
    .bytes(digest(area.nameAlg, encodePublic(area)))
    .done();

/**
 * The qualified name of an object (Part 1, 16): nameAlg || H(qualified name of the parent || name). The parent of a primary
 * object is its hierarchy, whose qualified name is the four bytes of the handle (`handleName`).
 * @throws AppError BYTES_MALFORMED when `name` does not begin with a known hash algorithm.
 */
export function qualifiedNameOf(parentQualifiedName: Uint8Array, name: Uint8Array): Buffer {
  const nameAlg = readHash(new Reader(name, 'name'), 'nameAlg');
  return new Writer()
    .u16(hashId(nameAlg))
    .bytes(digest(nameAlg, parentQualifiedName, name))
    .done();
}

/** The name of a permanent handle, which is also the qualified name of a hierarchy: its four bytes. */
export const handleName = (handle: number): Buffer => new Writer().u32(handle).done();
