import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundleProgram } from '../../images/builder/bundle.js';

let place: string;
beforeEach(() => {
  place = realpathSync(mkdtempSync(join(tmpdir(), 'bundle-')));
});
afterEach(() => rmSync(place, { recursive: true }));

/** A program of two sources and a package, in a folder of that name. */
function project(name: string, files: Readonly<Record<string, string>> = {}): string {
  const all = {
    'src/client/main.ts': "import { greet } from './greet.js';\nconsole.log(greet());\n",
    'src/client/greet.ts': "import { name } from 'pack';\nexport const greet = (): string => `hello ${name}`;\n",
    'node_modules/pack/package.json': '{"name":"pack","version":"1.0.0","main":"i.js"}',
    'node_modules/pack/i.js': "exports.name = require('node:path').basename('/a/bob');\n",
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(place, name, path)), { recursive: true });
    writeFileSync(join(place, name, path), text);
  }
  return join(place, name);
}

it('gives the same bytes in another folder, with nothing of the folder in them', async () => {
  const [one, two] = await Promise.all([bundleProgram(project('one'), 'client'), bundleProgram(project('two, deeper/in'), 'client')]);
  expect(one.code.equals(two.code)).toBe(true);
  expect(one.code.includes(place)).toBe(false);
  expect(one.inputs).toEqual(['node_modules/pack/i.js', 'src/client/greet.ts', 'src/client/main.ts']);
});

it('makes a file that runs by itself', async () => {
  const { code } = await bundleProgram(project('one'), 'client');
  const alone = join(place, 'alone.js');
  writeFileSync(alone, code);
  expect(execFileSync(process.execPath, [alone], { cwd: '/', encoding: 'utf8' })).toBe('hello bob\n');
});

it('refuses packages that lie outside of the project: their paths would be in the bundle', async () => {
  const root = project('one');
  const elsewhere = project('elsewhere');
  rmSync(join(root, 'node_modules'), { recursive: true });
  symlinkSync(join(elsewhere, 'node_modules'), join(root, 'node_modules'));
  await expect(bundleProgram(root, 'client')).rejects.toThrow('../elsewhere/node_modules/pack/i.js is outside of the project');
});

it('refuses code that would look for files beside the bundle', async () => {
  const root = project('one', { 'node_modules/pack/i.js': "exports.name = require('node:fs').readFileSync(__dirname + '/name');\n" });
  await expect(bundleProgram(root, 'client')).rejects.toThrow('would look for files beside the bundle: node_modules/pack/i.js');
});

it('stops when grpc-health-check no longer reads its schema as it did', async () => {
  const health = 'node_modules/grpc-health-check';
  const root = project('one', {
    'src/client/greet.ts': "export { greet } from 'grpc-health-check/build/src/health.js';\n",
    [`${health}/package.json`]: '{"name":"grpc-health-check","version":"9.0.0"}',
    [`${health}/proto/health/v1/health.proto`]: 'syntax = "proto3"; package grpc.health.v1; message A {}',
    [`${health}/build/src/health.js`]: "exports.greet = () => 'no schema here';\n",
  });
  await expect(bundleProgram(root, 'client')).rejects.toThrow('grpc-health-check has changed');
});
