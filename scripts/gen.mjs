// Makes src/wire/generated from proto/: TypeScript types, and the schema as JSON so that nothing is read from disk at run time.
// `node scripts/gen.mjs --check` fails when what is committed is not what would be made.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, mkdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import protobuf from 'protobufjs';

const root = join(import.meta.dirname, '..');
const target = join(root, 'src/wire/generated');

function generateInto(folder) {
  mkdirSync(folder, { recursive: true });
  execFileSync(
    join(root, 'node_modules/.bin/proto-loader-gen-types'),
    [
      '--longs=String',
      '--enums=String',
      '--bytes=Buffer',
      '--defaults',
      '--arrays',
      '--keepCase',
      '--oneofs',
      '--grpcLib=@grpc/grpc-js',
      '--importFileExtension=.js',
      `--outDir=${folder}`,
      'tokenservice.proto',
      'refusal.proto',
    ],
    { cwd: join(root, 'proto'), stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const schema = new protobuf.Root()
    .loadSync(
      ['tokenservice.proto', 'refusal.proto'].map((name) => join(root, 'proto', name)),
      { keepCase: true },
    )
    .toJSON();
  writeFileSync(
    join(folder, 'schema.ts'),
    '// Generated from proto/ by npm run gen.\n' + `export const schema: unknown = ${JSON.stringify(schema, undefined, 1)};\n`,
  );
  // A file without services imports grpc for nothing, which our compiler settings refuse.
  const refusal = join(folder, 'refusal.ts');
  const kept = readFileSync(refusal, 'utf8')
    .replace(/^import type \* as grpc.*\n/m, '')
    .replace(/^type SubtypeConstructor[\s\S]*?^};\n/m, '');
  writeFileSync(refusal, kept);
}

function filesOf(folder) {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();
}

if (process.argv.includes('--check')) {
  const fresh = mkdtempSync(join(tmpdir(), 'gen-'));
  try {
    generateInto(fresh);
    const stale = [...new Set([...filesOf(fresh), ...filesOf(target)])].filter((name) => {
      const read = (folder) => {
        try {
          return readFileSync(join(folder, name), 'utf8');
        } catch {
          return undefined;
        }
      };
      return read(fresh) !== read(target);
    });
    if (stale.length > 0) {
      console.error(`stale generated files, run npm run gen: ${stale.join(', ')}`);
      process.exit(1);
    }
    console.log(`generated files are current: ${relative(root, target)}`);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
} else {
  rmSync(target, { recursive: true, force: true });
  generateInto(target);
}
