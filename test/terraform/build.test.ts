import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { blockOf, textOf } from './support/blocks.js';

const root = join(__dirname, '../..');

it('run_build submits a configuration that is there', () => {
  const [, config = ''] = /CONFIG\s+= "([^"]+)"/.exec(textOf('modules/image')) ?? [];
  expect(config !== '' && existsSync(join(root, config))).toBe(true);
});

it('run_build gives Cloud Build exactly the values that its configuration asks for', () => {
  const { substitutions } = parse(readFileSync(join(root, 'images/cloudbuild.yaml'), 'utf8')) as { substitutions: Record<string, string> };
  const [, given = ''] = /--substitutions \\"([^\\]+)\\"/.exec(blockOf('modules/image', 'resource "terraform_data" "build"')) ?? [];
  expect(given.split(',').map((pair) => pair.split('=')[0])).toEqual(Object.keys(substitutions));
});
