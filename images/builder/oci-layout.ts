import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageSetting } from './dockerfile.js';
import { ImageError } from './failure.js';

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const mediaType = (of: string): string => `application/vnd.oci.image.${of}`;
const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** One text for one value: members in the order they are written here, no white space. */
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/**
 * Writes an OCI image layout with one image, as registries take it and skopeo, crane and podman read it.
 * Layers are not compressed: the output of a compressor depends on its version, and with it the digest would.
 * There is no time in it but 1970-01-01.
 * @returns the digest of the manifest, which is the image's name in `IMAGE@sha256:...`
 * @see OCI image specification 1.1, "image-layout", "manifest", "config"
 */
export function writeOciLayout(
  directory: string,
  setting: ImageSetting,
  layers: readonly Buffer[],
  architecture: string,
  tag: string,
): string {
  rmSync(directory, { recursive: true, force: true });
  const blobs = join(directory, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const blob = (of: string, bytes: Buffer): Descriptor => {
    const digest = digestOf(bytes);
    writeFileSync(join(blobs, digest.slice('sha256:'.length)), bytes);
    return { mediaType: mediaType(of), digest, size: bytes.length };
  };
  const written = layers.map((layer) => blob('layer.v1.tar', layer));
  const { User, ExposedPorts, Env, Entrypoint, WorkingDir } = setting;
  const config = blob(
    'config.v1+json',
    json({
      created: '1970-01-01T00:00:00Z',
      architecture,
      os: 'linux',
      config: { User, ExposedPorts, Env, Entrypoint, WorkingDir },
      rootfs: { type: 'layers', diff_ids: written.map(({ digest }) => digest) },
    }),
  );
  const manifest = blob('manifest.v1+json', json({ schemaVersion: 2, mediaType: mediaType('manifest.v1+json'), config, layers: written }));
  const annotations = { 'org.opencontainers.image.ref.name': tag };
  writeFileSync(
    join(directory, 'index.json'),
    json({ schemaVersion: 2, mediaType: mediaType('index.v1+json'), manifests: [{ ...manifest, annotations }] }),
  );
  writeFileSync(join(directory, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }));
  return manifest.digest;
}

/** A file of a layout by its digest. @throws ImageError when its content is not what its name says */
function readBlob(directory: string, digest: string): Buffer {
  const bytes = readFileSync(join(directory, 'blobs/sha256', digest.replace(/^sha256:/, '')));
  if (digestOf(bytes) !== digest) throw new ImageError(`${directory}: the content of ${digest} has another digest`);
  return bytes;
}

function readManifest(directory: string): { readonly config: Descriptor; readonly layers: readonly Descriptor[] } {
  const index = JSON.parse(readFileSync(join(directory, 'index.json'), 'utf8')) as { readonly manifests: readonly Descriptor[] };
  const [manifest, ...others] = index.manifests;
  if (manifest === undefined || others.length > 0) throw new ImageError(`${directory}: a layout of ours holds one image`);
  return JSON.parse(readBlob(directory, manifest.digest).toString('utf8')) as ReturnType<typeof readManifest>;
}

/** The layers of the one image of a layout, lowest first. @throws ImageError when a file is not what its name says */
export const readOciLayers = (directory: string): readonly Buffer[] =>
  readManifest(directory).layers.map(({ digest }) => readBlob(directory, digest));

/** The command that the one image of a layout starts. @throws ImageError as above */
export function readEntrypoint(directory: string): readonly string[] {
  const { config } = JSON.parse(readBlob(directory, readManifest(directory).config.digest).toString('utf8')) as {
    readonly config: ImageSetting;
  };
  return config.Entrypoint;
}
