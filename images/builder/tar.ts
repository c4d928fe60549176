import { ImageError } from './failure.js';

/** One member of a layer. Owner is root, time is 1970-01-01: neither the builder's user nor the clock can get in. */
export type TarEntry = (
  | { readonly kind: 'file'; readonly content: Buffer }
  | { readonly kind: 'directory' }
  | { readonly kind: 'symlink'; readonly target: string }
) & {
  /** Relative to the root of the image, with no slash at either end. */
  readonly path: string;
  /** Permission bits, as in chmod. */
  readonly mode: number;
};

const blockBytes = 512;
const typeFlags = { file: '0', directory: '5', symlink: '2' } as const;

/**
 * The bytes of a tar file, the same for the same set of entries in whatever order they come: sorted by path, parent
 * directories added (0755), numbers as octal text of fixed width, no owner names, no times.
 * @throws ImageError for a path that comes twice, or is too long for the format
 * @see POSIX.1-2017, pax, "ustar Interchange Format"
 */
export function writeTar(entries: readonly TarEntry[]): Buffer {
  const byPath = new Map<string, TarEntry>();
  for (const entry of entries) {
    if (byPath.has(entry.path)) throw new ImageError(`two files of one layer are called ${entry.path}`);
    byPath.set(entry.path, entry);
  }
  for (const { path } of entries) {
    for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      const parent = path.slice(0, slash);
      if (!byPath.has(parent)) byPath.set(parent, { kind: 'directory', path: parent, mode: 0o755 });
    }
  }
  const sorted = [...byPath.values()].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  return Buffer.concat([...sorted.flatMap(member), Buffer.alloc(2 * blockBytes)]);
}

function member(entry: TarEntry): readonly Buffer[] {
  const content = entry.kind === 'file' ? entry.content : Buffer.alloc(0);
  const padding = (blockBytes - (content.length % blockBytes)) % blockBytes;
  return [header(entry, content.length), content, Buffer.alloc(padding)];
}

function header(entry: TarEntry, size: number): Buffer {
  const block = Buffer.alloc(blockBytes);
  const text = (value: string, offset: number, width: number): void => {
    if (Buffer.byteLength(value) > width) throw new ImageError(`too long for a tar header: ${value}`);
    block.write(value, offset, 'utf8');
  };
  const octal = (value: number, offset: number, width: number): void =>
    text(`${value.toString(8).padStart(width - 1, '0')}\0`, offset, width);
  text(entry.kind === 'directory' ? `${entry.path}/` : entry.path, 0, 100);
  octal(entry.mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  text(' '.repeat(8), 148, 8);
  text(typeFlags[entry.kind], 156, 1);
  text(entry.kind === 'symlink' ? entry.target : '', 157, 100);
  text('ustar\0' + '00', 257, 8);
  const sum = block.reduce((total, byte) => total + byte, 0);
  text(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 8);
  return block;
}

/**
 * The members of a tar file as dpkg-deb and this builder write it: plain ustar or GNU headers, short names.
 * @throws ImageError for anything else (hard links, devices, long names, a wrong checksum): it would have to be understood first
 */
export function readTar(bytes: Buffer): readonly TarEntry[] {
  const entries: TarEntry[] = [];
  for (let offset = 0; offset + blockBytes <= bytes.length;) {
    const block = bytes.subarray(offset, offset + blockBytes);
    if (block.every((byte) => byte === 0)) break;
    const size = octalAt(block, 124, 12);
    const start = offset + blockBytes;
    if (start + size > bytes.length) throw new ImageError('a tar file ends in the middle of a member');
    const entry = entryOf(block, bytes.subarray(start, start + size));
    if (entry !== undefined) entries.push(entry);
    offset = start + Math.ceil(size / blockBytes) * blockBytes;
  }
  return entries;
}

function entryOf(block: Buffer, content: Buffer): TarEntry | undefined {
  const withoutSum = Buffer.from(block).fill(' ', 148, 156);
  if (withoutSum.reduce((total, byte) => total + byte, 0) !== octalAt(block, 148, 8))
    throw new ImageError('a tar header has a wrong checksum');
  const name = textAt(block, 0, 100);
  const path = name.replace(/^\.?\//, '').replace(/\/$/, '');
  if (path.split('/').includes('..')) throw new ImageError(`a tar member leaves its root: ${name}`);
  const mode = octalAt(block, 100, 8);
  if (path === '' || path === '.') return undefined;
  switch (textAt(block, 156, 1)) {
    case '0':
      return { kind: 'file', path, mode, content: Buffer.from(content) };
    case '5':
      return { kind: 'directory', path, mode };
    case '2':
      return { kind: 'symlink', path, mode, target: textAt(block, 157, 100) };
    default:
      throw new ImageError(`a tar member of a kind that is not expected here: ${name}`);
  }
}

const textAt = (block: Buffer, offset: number, width: number): string => {
  const field = block.subarray(offset, offset + width);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? width : end).toString('utf8');
};

function octalAt(block: Buffer, offset: number, width: number): number {
  const digits = textAt(block, offset, width).trim();
  if (!/^[0-7]+$/.test(digits)) throw new ImageError('a tar header has a number that is not octal');
  return Number.parseInt(digits, 8);
}
