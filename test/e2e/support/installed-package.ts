import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../../..');

/** A project of a workload's author, with this package installed as `npm pack` makes it. */
export interface AuthorProject {
  readonly directory: string;
  /** Names of the files in the package. */
  readonly files: readonly string[];
  remove(): void;
}

/**
 * Packs what is built and installs it into a new project. Its dependencies are found in the folders above, where this repository has them.
 */
export function installPackage(): AuthorProject {
  mkdirSync(join(root, '.local'), { recursive: true });
  const directory = mkdtempSync(join(root, '.local/author-'));
  try {
    const packed = execFileSync('npm', ['pack', '--json', '--silent', '--ignore-scripts', '--pack-destination', directory], { cwd: root });
    const [{ filename, files }] = JSON.parse(packed.toString()) as [{ filename: string; files: { path: string }[] }];
    const place = join(directory, 'node_modules/tokendistributor');
    mkdirSync(place, { recursive: true });
    execFileSync('tar', ['-xzf', join(directory, filename), '-C', place, '--strip-components=1']);
    // Without a package of its own, a file here would belong to this repository.
    writeFileSync(join(directory, 'package.json'), JSON.stringify({ name: 'author', private: true }));
    return { directory, files: files.map(({ path }) => path), remove: () => rmSync(directory, { recursive: true }) };
  } catch (error) {
    rmSync(directory, { recursive: true });
    throw error;
  }
}
