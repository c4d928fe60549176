import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOciLayers } from './oci-layout.js';
import { readTar } from './tar.js';

/** Lays out the files of an image as a container engine does, so that it can be looked at or run without one. */
export function unpackImage(layout: string, directory: string): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const entry of readOciLayers(layout).flatMap(readTar)) {
    const path = join(directory, entry.path);
    switch (entry.kind) {
      case 'directory':
        mkdirSync(path, { recursive: true });
        chmodSync(path, entry.mode);
        break;
      case 'file':
        writeFileSync(path, entry.content);
        chmodSync(path, entry.mode);
        break;
      case 'symlink':
        symlinkSync(entry.target, path);
    }
  }
}
