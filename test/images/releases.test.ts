import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

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

  it('has each version once', () => {
    expect(new Set(releases.map(({ version }) => version)).size).toBe(releases.length);
  });
});

describe('the Cloud Build files', () => {
  it.each([
    ['ts', 'tokenserver'],
    ['tc', 'tokenclient'],
  ])('cloudbuild-%s.yaml builds with the same builder, compares, and then pushes that layout', (short, name) => {
    const { steps, options } = parse(read(`images/cloudbuild-${short}.yaml`)) as {
      readonly steps: readonly {
        readonly id: string;
        readonly script?: string;
        readonly args?: readonly string[];
        readonly env?: unknown;
      }[];
      readonly options: unknown;
    };
    expect(steps.map(({ id }) => id)).toEqual(['build', 'compare', 'push']);
    expect(steps[0]!.script).toContain('npm ci --no-audit --no-fund\nnpm run image\n');
    expect(steps[1]!.script).toContain(`images.${name} !== process.env.WANTED`);
    expect(steps[1]!.env).toEqual(['WANTED=${_DIGEST}']);
    expect(steps[2]!.args).toEqual(['push', `dist/images/${name}`, `\${_REPO}/${name}:\${_TAG}`]);
    expect(options).toEqual({ logging: 'CLOUD_LOGGING_ONLY' });
  });
});
