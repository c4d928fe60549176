import { readFileSync } from 'node:fs';

/**
 * Code of packages that looks for files beside itself, and is known not to run in our programs:
 * grpc-js registers two admin services that nobody here serves; google-gax loads .proto files only for its `loadProto`,
 * which the generated clients replaced by JSON; pino starts worker threads only for `transport`; colors only prints the word.
 */
const neverRun = [
  '@colors/colors/lib/colors.js',
  '@grpc/grpc-js/build/src/channelz.js',
  '@grpc/grpc-js/build/src/orca.js',
  'google-gax/build/src/grpc.js',
  'pino/lib/transport.js',
  'thread-stream/index.js',
];

/** Not a file of ours: `health.js` is rewritten when it is bundled (embed-health-schema.ts). */
const rewritten = 'grpc-health-check/build/src/health.js';

/** Reads the folder of the module, or requires what is not written out as a text: esbuild can follow neither. */
const lookup = /\b__dirname\b|\b__filename\b|\bimport\.meta\b|(?<![.\w])require\((?!\s*(?:\/\*.*?\*\/\s*)?['"`])/;
const lineComment = /^\s*(?:\/\/|\*).*$/gm;

/** The files of a bundle that would look for others at run time, where there are none. @param locate gives the place of an input */
export function findRuntimeLookups(locate: (path: string) => string, inputs: readonly string[]): readonly string[] {
  return inputs.filter((path) => {
    if ([...neverRun, rewritten].some((known) => path.endsWith(`node_modules/${known}`))) return false;
    return /\.[cm]?[jt]s$/.test(path) && lookup.test(readFileSync(locate(path), 'utf8').replace(lineComment, ''));
  });
}
