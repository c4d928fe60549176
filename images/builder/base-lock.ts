import { readFileSync } from 'node:fs';

/** A binary package of Debian, by the bytes of its file. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  /** Where every mirror has it, below the mirror's address. */
  readonly pool: string;
  /** Hex, of the .deb file. */
  readonly sha256: string;
  /** SPDX expression; Debian's own copyright file goes into the image. */
  readonly licence: string;
}

/** What the base layer is made of (images/base.lock.json). */
export interface BaseLock {
  readonly architecture: string;
  readonly debian: { readonly release: string; readonly packages: readonly DebianPackage[] };
  readonly node: { readonly package: string; readonly version: string; readonly binarySha256: string; readonly licence: string };
}

export const readBaseLock = (path: string): BaseLock => JSON.parse(readFileSync(path, 'utf8')) as BaseLock;
