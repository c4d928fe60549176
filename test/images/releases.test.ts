import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { lintDocker } from '../../src/provisioner/lint/script/docker.js';

const root = join(__dirname, '../..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');

interface Release {
  readonly version: string;
  readonly commit: string;
  readonly images: Readonly<Record<string, string>>;
  readonly bundles: Readonly<Record<string, string>>;
}
const releases = JSON.parse(read('docs/image-digests.json')) as readonly Release[];

describe('docs/images.md', () => {
  it('lists exactly the released digests, newest first', () => {
    const section = /<!-- releases -->\n([\s\S]*)<!-- end of releases -->/.exec(read('docs/images.md'))![1]!;
    const listed = [...section.matchAll(/^(?:### (\S+), commit `(\w{12})`|\| (image|bundle) (\w+) \| `(\S+)` \|)$/gm)].map((row) =>
      row.slice(1),
    );
    const wanted = releases.flatMap(({ version, commit, images, bundles }) => [
      [version, commit.slice(0, 12), undefined, undefined, undefined],
      ...Object.entries(images).map(([name, digest]) => [undefined, undefined, 'image', name, digest]),
      ...Object.entries(bundles).map(([name, digest]) => [undefined, undefined, 'bundle', name, digest]),
    ]);
    expect(listed).toEqual(wanted);
  });

  it('shows a docker run of the client in which the review finds nothing', () => {
    const [command] = /docker run[^`]*?tokenclient@\S+/.exec(read('docs/images.md'))!;
    const image = `us-docker.pkg.dev/bob/repo/tokenclient@sha256:${'0'.repeat(64)}`;
    const words = command.replaceAll('\\\n', ' ').split(/\s+/).slice(0, -1);
    expect(words).toContain('--user=2000:2000');
    expect(lintDocker([{ text: command, words: [...words, image], where: '' }], [image])).toEqual([]);
  });

  it('has each version once', () => {
    expect(new Set(releases.map(({ version }) => version)).size).toBe(releases.length);
  });
});

it('images/cloudbuild.yaml builds with the same builder, compares, and then pushes that layout', () => {
  const { steps, substitutions } = parse(read('images/cloudbuild.yaml')) as {
    readonly steps: readonly { readonly id: string; readonly script?: string; readonly args?: readonly string[]; readonly env?: unknown }[];
    readonly substitutions: Readonly<Record<string, string>>;
  };
  expect(steps.map(({ id }) => id)).toEqual(['build', 'compare', 'push']);
  expect(steps[0]!.script).toContain('npm ci --no-audit --no-fund\nnpm run image\n');
  expect(steps[1]!.env).toEqual(['TARGET=${_TARGET}', 'WANTED=${_DIGEST}']);
  expect(steps[2]!.args).toEqual(['push', 'dist/images/${_TARGET}', '${_IMAGE}']);
  expect(Object.keys(substitutions)).toEqual(['_TARGET', '_IMAGE', '_DIGEST']);
});

it('the step that compares lets only the digest pass that was asked for', () => {
  const { steps } = parse(read('images/cloudbuild.yaml')) as { readonly steps: readonly { readonly script: string }[] };
  const place = mkdtempSync(join(tmpdir(), 'cloudbuild-'));
  const compare = (TARGET: string, WANTED: string): number | null =>
    spawnSync('sh', ['-c', steps[1]!.script], { cwd: place, env: { ...process.env, TARGET, WANTED } }).status;
  try {
    mkdirSync(join(place, 'dist/images'), { recursive: true });
    writeFileSync(
      join(place, 'dist/images/digests.json'),
      JSON.stringify({ images: { tokenclient: 'sha256:1', tokenserver: 'sha256:2' } }),
    );
    expect([compare('tokenclient', 'sha256:1'), compare('tokenclient', ''), compare('tokenserver', 'sha256:2')]).toEqual([0, 0, 0]);
    expect([compare('tokenclient', 'sha256:2'), compare('other', ''), compare('other', 'undefined')]).toEqual([1, 1, 1]);
  } finally {
    rmSync(place, { recursive: true });
  }
});
