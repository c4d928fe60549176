import { types } from 'node:util';
import { gunzipSync, type Zlib } from 'node:zlib';
import { AppError } from '../../base/index.js';
import { archiveLimits } from './archive-limits.js';
import { entryPath } from './entry-path.js';
import { blockLength, readTarHeader } from './tar-header.js';

/** One file of an archive. */
export interface ArchiveFile {
  /** Below the root of the archive, with `/` between the names: no `..`, not absolute. */
  readonly path: string;
  readonly isExecutable: boolean;
  /** A view into the archive. */
  readonly bytes: Buffer;
}

/** A whole archive that was checked before anything of it is written. */
export interface Archive {
  /** Every directory, parents before children. */
  readonly directories: readonly string[];
  readonly files: readonly ArchiveFile[];
  /** Wipes what was made while reading. The bytes of the files are gone then. */
  dispose(): void;
}

/**
 * Reads a tar or tar.gz that somebody may have made to do harm. All of it is read and judged here, and nothing is written.
 * @throws AppError BYTES_MALFORMED naming the position of the first wrong entry, never a name or a byte of it.
 */
export function readArchive(bytes: Buffer): Archive {
  const isCompressed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const tar = isCompressed ? decompress(bytes) : bytes;
  const dispose = (): void => {
    if (isCompressed) tar.fill(0);
  };
  try {
    return { ...readTar(tar), dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** The whole of it and nothing behind it. @see RFC 1952 */
function decompress(bytes: Buffer): Buffer {
  const options = { maxOutputLength: archiveLimits.tarBytes, info: true };
  let result: { readonly buffer: Buffer; readonly engine: Zlib };
  try {
    // With `info` the answer is an object with the engine, which knows how far it read; the types of Node leave that out.
    result = gunzipSync(bytes, options) as unknown as typeof result;
  } catch (error) {
    const isLarge = types.isNativeError(error) && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    throw malformed(isLarge ? `unpacks to more than ${archiveLimits.tarBytes} bytes` : 'is no whole gzip file', error);
  }
  if (result.engine.bytesWritten === bytes.length) return result.buffer;
  result.buffer.fill(0);
  throw malformed('has bytes after its end');
}

function readTar(tar: Buffer): Omit<Archive, 'dispose'> {
  if (tar.length % blockLength !== 0) throw malformed('does not consist of whole blocks: it was cut off, or is no tar archive');
  const tree = new Tree();
  let [at, entry, fileBytes] = [0, 1, 0];
  for (; !isZero(tar.subarray(at, at + blockLength)); entry++) {
    if (entry > archiveLimits.entries) throw malformed(`has more than ${archiveLimits.entries} entries`);
    const { kind, name, mode, size } = readTarHeader(tar.subarray(at, at + blockLength), entry);
    const path = entryPath(name, kind, entry);
    const begin = at + blockLength;
    const next = begin + Math.ceil(size / blockLength) * blockLength;
    fileBytes += size;
    if (fileBytes > archiveLimits.fileBytes) throw malformed(`has more than ${archiveLimits.fileBytes} bytes of files`);
    // One more block has to follow: the archive ends with two of zeros.
    if (next >= tar.length) throw malformed(`was cut off in entry ${entry}`);
    if (!isZero(tar.subarray(begin + size, next))) throw malformed(`has bytes behind the data of entry ${entry}`);
    tree.add(
      path,
      entry,
      kind === 'directory' ? undefined : { isExecutable: (mode & 0o100) !== 0, bytes: tar.subarray(begin, begin + size) },
    );
    at = next;
  }
  if (tar.length - at < 2 * blockLength || !isZero(tar.subarray(at)))
    throw malformed('does not end as a tar archive, or has bytes after its end');
  if (tree.files.length === 0) throw malformed('holds no file');
  return tree;
}

/** What is where, so that no entry can stand in the place of another. */
class Tree {
  readonly directories: string[] = [];
  readonly files: ArchiveFile[] = [];
  /** Which directories had an entry of their own; others are parents of something. */
  readonly #kinds = new Map<string, 'file' | 'directory' | 'parent'>();

  /** @param names of the path; none: the root of the archive. */
  add(names: readonly string[], entry: number, file: Omit<ArchiveFile, 'path'> | undefined): void {
    const path = names.join('/');
    for (let depth = 1; depth < names.length; depth++) this.#addParent(names.slice(0, depth).join('/'), entry);
    const before = this.#kinds.get(path);
    if (before !== undefined && (before !== 'parent' || file !== undefined))
      throw malformed(`has two entries of one name, the second is entry ${entry}`);
    this.#kinds.set(path, file === undefined ? 'directory' : 'file');
    if (file !== undefined) this.files.push({ path, ...file });
    else if (before === undefined && path !== '') this.directories.push(path);
  }

  #addParent(path: string, entry: number): void {
    const before = this.#kinds.get(path);
    if (before === 'file') throw malformed(`has entry ${entry} below a file`);
    if (before !== undefined) return;
    this.#kinds.set(path, 'parent');
    this.directories.push(path);
  }
}

/** An empty range counts as zeros. */
const isZero = (bytes: Buffer): boolean => bytes.every((byte) => byte === 0);

const malformed = (what: string, cause?: unknown): AppError => new AppError('BYTES_MALFORMED', `the archive ${what}`, { cause });
