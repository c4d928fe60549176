import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { types } from 'node:util';
import { AppError, messageOf } from '../../base/index.js';
import { wipeAtExit } from '../crash-wipe.js';
import { directoryPrefix } from '../workload/leftovers.js';
import { wipeFiles, writeNewFile } from '../wiped-files.js';
import { readArchive, type Archive } from './archive.js';

/** An archive that was unpacked. */
export interface UnpackedArchive {
  /** New, ours, mode 0700. */
  readonly directory: string;
  readonly files: number;
  readonly bytes: number;
  /** Overwrites the files that came out of the archive, and removes the directory with all that is in it. */
  readonly wipe: () => Promise<void>;
}

/**
 * Unpacks an archive into a new directory below `parent`, or not at all. Directories get mode 0700, files 0400, or 0500 where the
 * archive lets their owner execute them; whose they were is not looked at.
 * @throws AppError BYTES_MALFORMED as readArchive, before anything is written; CONFIG_INVALID when it cannot be written.
 */
export async function unpackArchive(bytes: Buffer, parent: string): Promise<UnpackedArchive> {
  const archive = readArchive(bytes);
  try {
    return await writeArchive(archive, await mkdtemp(join(parent, directoryPrefix.payload)));
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('CONFIG_INVALID', `cannot unpack the payload below ${parent}: ${messageOf(error)}`, { cause: error });
  } finally {
    archive.dispose();
  }
}

async function writeArchive({ directories, files }: Archive, directory: string): Promise<UnpackedArchive> {
  const paths: string[] = [];
  const leave = wipeAtExit(paths);
  const wipe = async (): Promise<void> => {
    // A file that cannot be wiped by itself goes with the directory.
    await wipeFiles(paths).catch(() => undefined);
    await rm(directory, { recursive: true, force: true });
    leave();
  };
  try {
    for (const path of directories) await mkdir(join(directory, path), { mode: 0o700 });
    for (const { path, isExecutable, bytes } of files) {
      const target = join(directory, path);
      paths.push(target);
      await writeNewFile(target, bytes, isExecutable ? 0o500 : 0o400);
    }
  } catch (error) {
    await wipe();
    throw withoutPath(error);
  }
  return { directory, files: files.length, bytes: files.reduce((sum, file) => sum + file.bytes.length, 0), wipe };
}

/** What the system says, without the names of the archive in it. */
function withoutPath(error: unknown): Error {
  const code = types.isNativeError(error) && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';
  return new Error(code, { cause: error });
}
