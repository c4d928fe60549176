import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ImageError } from './failure.js';

/** A package of which code is in a bundle. */
export interface BundledPackage {
  /** Folder, relative to the root of the project; two copies of one package have two. */
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  /** SPDX identifier. */
  readonly licence: string;
  /** Subresource integrity of the package file, from package-lock.json. */
  readonly integrity: string;
  readonly licenceText: string;
}

/** Licences that ask for no more than that their text goes with the copy. A new one is a decision, not a default. */
const accepted: readonly string[] = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: unknown;
  readonly author?: string | { readonly name?: string };
}

/**
 * The packages that the inputs of a bundle come from, sorted by folder.
 * @throws ImageError for a package with a licence that is not accepted, or that is not in package-lock.json as it is installed
 */
export function packagesOf(root: string, inputs: readonly string[]): readonly BundledPackage[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly version?: string; readonly integrity?: string }>>;
  };
  const folders = new Set(inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));
  return [...folders].sort().map((folder) => {
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
    const { name, version, license } = manifest;
    const locked = lock.packages[folder];
    if (locked?.version !== version || locked.integrity === undefined) {
      throw new ImageError(`${folder} ${version} is not the one of package-lock.json: run npm ci`);
    }
    if (typeof license !== 'string' || !accepted.includes(license)) {
      throw new ImageError(`${name} ${version} has a licence that is not in the list of accepted ones: ${JSON.stringify(license)}`);
    }
    return {
      folder,
      name,
      version,
      licence: license,
      integrity: locked.integrity,
      licenceText: licenceText(root, folder, manifest, license),
    };
  });
}

/** The text that the package ships; else the licence section of its README; else the terms, with the name of its author. */
function licenceText(root: string, folder: string, { author }: Manifest, licence: string): string {
  const files = readdirSync(join(root, folder)).sort();
  const read = (name: string): string =>
    readFileSync(join(root, folder, name), 'utf8')
      .replaceAll('\r\n', '\n')
      .trim();
  const shipped = files.filter((name) => /^(?:licen[cs]e|copying|notice)/i.test(name));
  if (shipped.length > 0) return shipped.map(read).join('\n\n');
  const readme = files.find((name) => /^readme/i.test(name));
  const section =
    readme === undefined ? undefined : /^(?:#+ *licen[cs]e *|licen[cs]e\n-+)$([\s\S]*copyright \(c\)[\s\S]*)/im.exec(read(readme))?.[1];
  if (section !== undefined) return section.trim();
  const terms = readFileSync(join(root, 'images/licences', `${licence}.txt`), 'utf8').trim();
  const holder = typeof author === 'string' ? author : author?.name;
  return holder === undefined ? terms : `Copyright (c) ${holder}\n\n${terms}`;
}
