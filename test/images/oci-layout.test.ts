import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDockerfile } from '../../images/builder/dockerfile.js';
import { readEntrypoint, readOciLayers, writeOciLayout } from '../../images/builder/oci-layout.js';
import { writeTar } from '../../images/builder/tar.js';
import { unpackImage } from '../../images/builder/unpack.js';

const dockerfile = (name: string): string => readFileSync(join(__dirname, '../../images', `${name}.Dockerfile`), 'utf8');
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const layers = [
  writeTar([
    { kind: 'file', path: 'bin/program', mode: 0o755, content: Buffer.from('program') },
    { kind: 'symlink', path: 'etc/link', mode: 0o777, target: '/bin/program' },
    { kind: 'directory', path: 'tmp', mode: 0o1777 },
  ]),
  writeTar([{ kind: 'file', path: 'etc/own', mode: 0o444, content: Buffer.from('own') }]),
];

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'layout-'));
});
afterEach(() => rmSync(directory, { recursive: true }));
const write = (name: string): string =>
  writeOciLayout(join(directory, name), readDockerfile(dockerfile('tokenserver')), layers, 'amd64', '1.2.3');
const blob = (digest: string): Buffer => readFileSync(join(directory, 'one/blobs/sha256', digest.replace('sha256:', '')));

describe('writeOciLayout', () => {
  it('gives one digest in two places', () => {
    expect(write('one')).toBe(write('two, elsewhere'));
  });

  it('writes index, manifest and config as the OCI image specification has them', () => {
    const digest = write('one');
    expect(JSON.parse(readFileSync(join(directory, 'one/oci-layout'), 'utf8'))).toEqual({ imageLayoutVersion: '1.0.0' });
    const manifestBytes = blob(digest);
    expect(JSON.parse(readFileSync(join(directory, 'one/index.json'), 'utf8'))).toEqual({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [
        {
          mediaType: 'application/vnd.oci.image.manifest.v1+json',
          digest,
          size: manifestBytes.length,
          annotations: { 'org.opencontainers.image.ref.name': '1.2.3' },
        },
      ],
    });
    const manifest = JSON.parse(manifestBytes.toString()) as { readonly config: { readonly digest: string; readonly size: number } };
    const layerDigests = layers.map((layer) => `sha256:${sha256(layer)}`);
    const config = blob(manifest.config.digest);
    expect(manifest).toEqual({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: `sha256:${sha256(config)}`, size: config.length },
      layers: layers.map((layer, at) => ({
        mediaType: 'application/vnd.oci.image.layer.v1.tar',
        digest: layerDigests[at],
        size: layer.length,
      })),
    });
    expect(JSON.parse(config.toString())).toEqual({
      created: '1970-01-01T00:00:00Z',
      architecture: 'amd64',
      os: 'linux',
      config: {
        User: '2000:2000',
        ExposedPorts: { '50051/tcp': {} },
        Env: ['PATH=/nodejs/bin:/usr/local/bin:/usr/bin:/bin'],
        Entrypoint: ['/nodejs/bin/node', '/app/tokenserver.js'],
        WorkingDir: '/',
      },
      rootfs: { type: 'layers', diff_ids: layerDigests },
    });
  });

  it('names every file by its content', () => {
    write('one');
    const names = readdirSync(join(directory, 'one/blobs/sha256'));
    expect(names.map((name) => sha256(readFileSync(join(directory, 'one/blobs/sha256', name))))).toEqual(names);
  });
});

describe('reading a layout', () => {
  it('gives back entry point and layers', () => {
    write('one');
    expect(readEntrypoint(join(directory, 'one'))).toEqual(['/nodejs/bin/node', '/app/tokenserver.js']);
    expect(readOciLayers(join(directory, 'one')).map(sha256)).toEqual(layers.map(sha256));
  });

  it('refuses a layer that was changed', () => {
    write('one');
    writeFileSync(join(directory, 'one/blobs/sha256', sha256(layers[1]!)), layers[0]!);
    expect(() => readOciLayers(join(directory, 'one'))).toThrow('has another digest');
  });

  it('lays the files out with their modes, whatever the umask', () => {
    write('one');
    const before = process.umask(0o077);
    try {
      unpackImage(join(directory, 'one'), join(directory, 'root'));
    } finally {
      process.umask(before);
    }
    const mode = (path: string): string => (statSync(join(directory, 'root', path)).mode & 0o7777).toString(8);
    expect(['bin', 'bin/program', 'tmp', 'etc/own'].map(mode)).toEqual(['755', '755', '1777', '444']);
    expect(readFileSync(join(directory, 'root/etc/own'), 'utf8')).toBe('own');
  });
});

describe('the Dockerfiles', () => {
  it.each(['tokenserver', 'tokenclient'])('%s runs as 2000:2000 from the base and its own layer', (name) => {
    expect(readDockerfile(dockerfile(name))).toMatchObject({
      layers: ['base.tar', `${name}.tar`],
      User: '2000:2000',
      Entrypoint: ['/nodejs/bin/node', `/app/${name}.js`],
    });
  });

  it('opens a port for the server only', () => {
    expect(readDockerfile(dockerfile('tokenclient')).ExposedPorts).toBeUndefined();
  });

  it.each([
    ['another base', (text: string) => text.replace('FROM scratch', 'FROM debian:12'), 'begins with FROM scratch'],
    ['a command', (text: string) => `${text}RUN true\n`, 'does not know this line of a Dockerfile: RUN true'],
    [
      'a file from elsewhere',
      (text: string) => text.replace('ADD base.tar /', 'ADD https://example.com/base.tar /'),
      'does not know this line',
    ],
    ['no user', (text: string) => text.replace(/^USER.*\n/m, ''), 'exactly one USER'],
    ['two entry points', (text: string) => `${text}ENTRYPOINT ["/bin/sh"]\n`, 'exactly one ENTRYPOINT'],
  ])('with %s are refused', (_, change, why) => {
    expect(() => readDockerfile(change(dockerfile('tokenclient')))).toThrow(why);
  });
});
