// npm run image: both images, and their digests. npm run bundle: only the programs in one file each.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ImageError } from './failure.js';
import { buildBundles, buildImages, imageNames } from './image.js';
import { unpackImage } from './unpack.js';

const root = join(__dirname, '../..');

async function main(goal: string | undefined): Promise<void> {
  if (!existsSync(join(root, 'node_modules'))) throw new ImageError('run npm ci first');
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  if (goal === 'bundle') {
    const bundles = await buildBundles(root);
    for (const [name, { code }] of Object.entries(bundles)) print(`dist/bundle/${name}/main.js  ${code.length} bytes`);
    return;
  }
  if (goal !== 'image' && goal !== 'unpack') throw new ImageError('say what to build: bundle, image or unpack');
  if (goal === 'unpack') {
    for (const name of Object.values(imageNames)) unpackImage(join(root, 'dist/images', name), join(root, 'dist/images/rootfs', name));
    return;
  }
  const cache = process.env['IMAGE_CACHE'] ?? join(root, '.local/image-cache');
  const { images, bundles } = await buildImages(root, { cache, mirror: process.env['IMAGE_DEBIAN_MIRROR'] });
  for (const [name, digest] of Object.entries(images)) print(`${name.padEnd(11)}  ${digest}`);
  for (const [name, digest] of Object.entries(bundles)) print(`${`${name}.js`.padEnd(11)}  ${digest}`);
}

main(process.argv[2]).catch((error: unknown) => {
  process.stderr.write(`image: ${error instanceof ImageError ? error.message : error instanceof Error ? error.stack : 'failed'}\n`);
  process.exitCode = 1;
});
