import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clientArguments, storyVm } from '../../src/localcloud/story.js';
import { lintInstanceMetadata } from '../../src/provisioner/lint/metadata.js';
import { lintScript } from '../../src/provisioner/lint/script/index.js';

const setting = { address: '127.0.0.1:50051', serverPin: `sha256/${'A'.repeat(43)}=` };
const script = storyVm(setting).metadata?.['user-data'] ?? '';

test("the story's startup script is what the terraform module renders", () => {
  const rendered = readFileSync(join(__dirname, '../golden/cloud-config/client.yaml'), 'utf8');
  const [image = ''] = /\S+@sha256:[0-9a-f]{64}/.exec(script) ?? [];
  const [renderedImage = ''] = /us-central1-\S+@sha256:[0-9a-f]{64}/.exec(rendered) ?? [];
  const host = (name: string): string => name.split('/')[0] ?? '';
  const withoutArguments = (text: string, name: string): string =>
    text
      .replaceAll(name, 'IMAGE')
      .replaceAll(host(name), 'HOST')
      .replace(/IMAGE \\\n(?: {6}--.*\n)+/, 'IMAGE\n');
  expect(withoutArguments(script, image)).toBe(withoutArguments(rendered, renderedImage));
  const [, said = ''] = /IMAGE \\\n((?: {6}--.*\n)+)/.exec(script.replaceAll(image, 'IMAGE')) ?? [];
  expect(said.split(/[\s\\]+/).filter((word) => word !== '')).toEqual(clientArguments(setting));
});

test("the review has nothing to say against the story's startup script and metadata", () => {
  expect(lintScript(script, []).filter(({ grade }) => grade !== 'OK')).toEqual([]);
  const metadata = new Map(Object.entries(storyVm(setting).metadata ?? {}));
  expect(lintInstanceMetadata(metadata).filter(({ grade }) => grade !== 'OK')).toEqual([]);
});
