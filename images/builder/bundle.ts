import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { embedHealthSchema } from './embed-health-schema.js';
import { ImageError } from './failure.js';
import { findRuntimeLookups } from './runtime-lookups.js';

export type ProgramName = 'server' | 'client' | 'provisioner';
export const programNames: readonly ProgramName[] = ['server', 'client', 'provisioner'];

/** A program in one file, and what went into it. */
export interface Bundle {
  readonly code: Buffer;
  /** Source files whose code is in the bundle, relative to the root of the project. */
  readonly inputs: readonly string[];
}

/**
 * One program with everything it needs but Node, as one file: the same bytes for the same sources and packages, wherever
 * the project lies and whenever it is done. Paths in it are relative to `root`, and nothing is read beside it at run time.
 * @throws ImageError for packages that lie elsewhere (a linked node_modules), or code that would look for files beside it
 */
export async function bundleProgram(root: string, program: ProgramName): Promise<Bundle> {
  const result = await build({
    absWorkingDir: realpathSync(root),
    entryPoints: [`src/${program}/main.ts`],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    // Two libraries have classes of one name; they keep it in error texts and user agents.
    keepNames: true,
    charset: 'utf8',
    // The texts of all licences go into the image as a file.
    legalComments: 'none',
    plugins: [embedHealthSchema],
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const [warning] = result.warnings;
  if (warning !== undefined) throw new ImageError(`esbuild warns: ${warning.text} (${warning.location?.file ?? 'no file'})`);
  const [output] = result.outputFiles;
  if (output === undefined) throw new ImageError(`esbuild wrote nothing for ${program}`);
  const inputs = inputsOf(result.metafile);
  const outside = inputs.find((path) => path.startsWith('..'));
  if (outside !== undefined)
    throw new ImageError(`${outside} is outside of the project: install packages in it with npm ci, without links`);
  const lookups = findRuntimeLookups((path) => join(root, path), inputs);
  if (lookups.length > 0) throw new ImageError(`would look for files beside the bundle: ${lookups.join(', ')}`);
  return { code: Buffer.from(output.contents), inputs };
}

/** Sorted: the order in which esbuild finished reading files is not always the same. */
function inputsOf({ outputs }: Metafile): readonly string[] {
  return Object.values(outputs)
    .flatMap((output) => Object.keys(output.inputs))
    .sort();
}
