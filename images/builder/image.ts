import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { baseEntries } from './base-layer.js';
import { readBaseLock, type BaseLock } from './base-lock.js';
import { bundleProgram, programNames, type Bundle, type ProgramName } from './bundle.js';
import { readDockerfile } from './dockerfile.js';
import { ImageError } from './failure.js';
import type { DebianSources } from './fetch-debian.js';
import { writeOciLayout } from './oci-layout.js';
import { packagesOf } from './packages.js';
import { licenceList, makeSbom } from './sbom.js';
import { writeTar, type TarEntry } from './tar.js';

/** The programs that become images, and what the images are called. */
export const imageNames = { server: 'tokenserver', client: 'tokenclient' } as const;
export type ImageName = (typeof imageNames)[keyof typeof imageNames];

/** What two people who built the same sources compare. */
export interface Digests {
  readonly version: string;
  /** Digest of the manifest: the image's name in a registry. */
  readonly images: Readonly<Record<ImageName, string>>;
  /** SHA-256 of the one file of each program, hex. */
  readonly bundles: Readonly<Record<ProgramName, string>>;
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

function write(path: string, content: Buffer | string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** Bundles the three programs into dist/bundle/PROGRAM/main.js. */
export async function buildBundles(root: string): Promise<Readonly<Record<ProgramName, Bundle>>> {
  const made = await Promise.all(programNames.map(async (name) => [name, await bundleProgram(root, name)] as const));
  for (const [name, { code }] of made) write(join(root, 'dist/bundle', name, 'main.js'), code);
  return Object.fromEntries(made) as Record<ProgramName, Bundle>;
}

/** Builds both images into dist/images: an OCI layout, the layers, a bill of materials and the licences of each. */
export async function buildImages(root: string, sources: DebianSources): Promise<Digests> {
  const lock = readBaseLock(join(root, 'images/base.lock.json'));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };
  const [bundles, entries] = await Promise.all([buildBundles(root), baseEntries(lock, join(root, 'images/runtime'), sources)]);
  const base = writeTar(entries);
  write(join(root, 'dist/images/layers/base.tar'), base);
  const image = (program: keyof typeof imageNames): string =>
    buildImage({ root, version, lock, base }, imageNames[program], bundles[program]);
  const digests: Digests = {
    version,
    images: { tokenserver: image('server'), tokenclient: image('client') },
    bundles: { server: sha256(bundles.server.code), client: sha256(bundles.client.code), provisioner: sha256(bundles.provisioner.code) },
  };
  write(join(root, 'dist/images/digests.json'), `${JSON.stringify(digests, undefined, 2)}\n`);
  return digests;
}

interface Surroundings {
  readonly root: string;
  readonly version: string;
  readonly lock: BaseLock;
  readonly base: Buffer;
}

function buildImage({ root, version, lock, base }: Surroundings, name: ImageName, { code, inputs }: Bundle): string {
  const output = join(root, 'dist/images');
  const packages = packagesOf(root, inputs);
  const sbom = makeSbom({ name, version, code }, packages, lock);
  const licences = licenceList(packages);
  const entry = (path: string, content: Buffer): TarEntry => ({ kind: 'file', path, mode: 0o644, content });
  const layer = writeTar([
    entry(`app/${name}.js`, code),
    entry(`usr/share/doc/${name}/sbom.cdx.json`, Buffer.from(sbom)),
    entry(`usr/share/doc/${name}/licences.txt`, Buffer.from(licences)),
  ]);
  write(join(output, `layers/${name}.tar`), layer);
  write(join(output, `${name}.cdx.json`), sbom);
  write(join(output, `${name}.licences.txt`), licences);
  const setting = readDockerfile(readFileSync(join(root, 'images', `${name}.Dockerfile`), 'utf8'));
  const layers = setting.layers.map((file) => {
    if (file === 'base.tar') return base;
    if (file === `${name}.tar`) return layer;
    throw new ImageError(`${name}.Dockerfile adds ${file}, which nobody makes`);
  });
  return writeOciLayout(join(output, name), setting, layers, lock.architecture, version);
}
