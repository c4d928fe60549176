import { AppError } from '../../base/index.js';

/** Header and data of an archive come in blocks of this many bytes. */
export const blockLength = 512;

/** One header of an archive. `name` is as written, prefix and all. */
export interface TarHeader {
  readonly kind: 'file' | 'directory';
  readonly name: string;
  /** The permission bits. */
  readonly mode: number;
  /** Bytes of data after the header. */
  readonly size: number;
}

/** What the type flag says, for an error. @see POSIX pax(1), "ustar Interchange Format"; the GNU ones: tar(5) */
const refusedTypes: Readonly<Record<string, string>> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a device',
  '4': 'a device',
  '6': 'a named pipe',
  '7': 'a contiguous file',
  x: 'an extended header (pax)',
  g: 'an extended header (pax)',
  L: 'a long name of GNU tar',
  K: 'a long link of GNU tar',
  S: 'a sparse file of GNU tar',
};

const permissionBits = 0o777;
const specialBits = 0o7000;

/**
 * Reads one header, 512 bytes. Plain files and directories only: links, devices, special bits and every extension are refused, so
 * that nothing is left to interpret. Owners and times are not read: the files will be ours, and new.
 * @param entry position in the archive, from 1: an error tells it in place of the name, which may be secret.
 * @see POSIX pax(1), "ustar Interchange Format"
 * @throws AppError BYTES_MALFORMED
 */
export function readTarHeader(block: Buffer, entry: number): TarHeader {
  const bad = (what: string): AppError => new AppError('BYTES_MALFORMED', `entry ${entry} ${what}`);
  const field = (from: number, length: number): Buffer => block.subarray(from, from + length);
  if (octal(field(148, 8)) !== checksumOf(block)) throw bad('has no valid header: this is no tar archive, or it was changed');
  const magic = field(257, 8).toString('latin1');
  if (magic !== 'ustar\x0000' && magic !== 'ustar  \0')
    throw bad('is of a tar format before POSIX: make the archive with tar --format=ustar');

  const type = field(156, 1).toString('latin1');
  const kind = type === '0' || type === '\0' ? 'file' : type === '5' ? 'directory' : undefined;
  if (kind === undefined)
    throw bad(`is ${refusedTypes[type] ?? 'of an unknown type'}: a payload has plain files and directories only (tar --format=ustar)`);
  if (text(field(157, 100)) !== '') throw bad('is no link and names a target');

  const mode = octal(field(100, 8));
  const size = octal(field(124, 12));
  if (mode === undefined || size === undefined) throw bad('has a mode or a size that is no octal number');
  if ((mode & specialBits) !== 0) throw bad('has a set-user-id, set-group-id or sticky bit');
  if (mode > permissionBits) throw bad('has a mode with unknown bits');
  if (kind === 'directory' && size !== 0) throw bad('is a directory with data');

  const name = text(field(0, 100));
  const prefix = text(field(345, 155));
  if (name === undefined || prefix === undefined) throw bad('has a name that is not UTF-8, or goes on after its end');
  // The GNU format keeps other things in the place of the prefix.
  if (prefix !== '' && magic !== 'ustar\x0000') throw bad('uses an extension of GNU tar: make the archive with tar --format=ustar');
  return { kind, name: prefix === '' ? name : `${prefix}/${name}`, mode, size };
}

/** Octal digits, then blanks or NULs; undefined for anything else, such as the binary numbers of GNU tar. */
function octal(field: Buffer): number | undefined {
  const match = /^([0-7]{1,11})[ \0]*$/.exec(field.toString('latin1'));
  return match?.[1] === undefined ? undefined : Number.parseInt(match[1], 8);
}

/** UTF-8 up to the first NUL, with nothing but NULs after it; undefined for anything else. */
function text(field: Buffer): string | undefined {
  const end = field.indexOf(0);
  const used = end < 0 ? field : field.subarray(0, end);
  if (end >= 0 && field.subarray(end).some((byte) => byte !== 0)) return undefined;
  const decoded = used.toString('utf8');
  return Buffer.from(decoded).equals(used) ? decoded : undefined;
}

/** The sum of all bytes, with the field of the checksum itself as eight blanks. */
const checksumOf = (block: Buffer): number => block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);
