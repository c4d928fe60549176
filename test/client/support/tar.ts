/** One entry of a tar archive as a test writes it; everything that is left out is what `tar --format=ustar` would write. */
export interface TarEntry {
  readonly name: string;
  readonly data?: Buffer;
  /** `0` a file, `5` a directory. */
  readonly type?: string;
  readonly mode?: number;
  readonly link?: string;
  readonly prefix?: string;
  /** In place of the length of the data. */
  readonly size?: string;
  readonly magic?: string;
  /** In place of the sum. */
  readonly checksum?: string;
}

/** A tar archive, laid out by hand after POSIX pax(1): header blocks, data padded to 512 bytes, two blocks of zeros. */
export const tarOf = (...entries: readonly TarEntry[]): Buffer => Buffer.concat([...entries.flatMap(blocksOf), Buffer.alloc(1024)]);

/** Header and data of one entry. */
export function blocksOf(entry: TarEntry): readonly Buffer[] {
  const { name, type = '0', link = '', prefix = '', magic = 'ustar\x0000' } = entry;
  const data = entry.data ?? Buffer.alloc(0);
  const header = Buffer.alloc(512);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
  const put = (at: number, text: string): void => void header.write(text, at, 'utf8');
  put(0, name);
  put(100, octal(entry.mode ?? (type === '5' ? 0o755 : 0o644), 7));
  put(108, octal(1000, 7));
  put(116, octal(1000, 7));
  put(124, entry.size ?? octal(data.length, 11));
  put(136, octal(1_700_000_000, 11));
  put(156, type);
  put(157, link);
  put(257, magic);
  put(265, 'bob');
  put(345, prefix);
  put(148, ' '.repeat(8));
  put(
    148,
    entry.checksum ??
      `${octal(
        header.reduce((sum, byte) => sum + byte, 0),
        6,
      )} `,
  );
  return [header, data, Buffer.alloc((512 - (data.length % 512)) % 512)];
}
