import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packagesOf } from '../../images/builder/packages.js';
import { findRuntimeLookups } from '../../images/builder/runtime-lookups.js';
import { licenceList, makeSbom } from '../../images/builder/sbom.js';
import { readBaseLock } from '../../images/builder/base-lock.js';

const sha512 = Buffer.alloc(64, 7);
let root: string;
const put = (path: string, content: unknown): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
};
/** Installs a package the way npm does, and enters it into the lock. */
function install(folder: string, manifest: Readonly<Record<string, unknown>>, files: Readonly<Record<string, string>> = {}): void {
  put(`${folder}/package.json`, manifest);
  for (const [name, text] of Object.entries(files)) put(`${folder}/${name}`, text);
  locked[folder] = { version: manifest['version'], integrity: `sha512-${sha512.toString('base64')}` };
  put('package-lock.json', { packages: locked });
}
let locked: Record<string, unknown>;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'packages-'));
  locked = {};
  put('images/licences/MIT.txt', 'the terms of MIT\n');
  install('node_modules/@scope/a', { name: '@scope/a', version: '1.0.0', license: 'MIT' }, { LICENSE: 'text of a' });
});
afterEach(() => rmSync(root, { recursive: true }));

describe('packagesOf', () => {
  it('lists each copy of a package once, and nothing of our own', () => {
    install('node_modules/b', { name: 'b', version: '2.0.0', license: 'ISC' }, { 'license.md': 'text of b' });
    install('node_modules/b/node_modules/@scope/a', { name: '@scope/a', version: '0.9.0', license: 'MIT' }, { LICENCE: 'old text' });
    const inputs = ['src/server/main.ts', 'node_modules/@scope/a/x.js', 'node_modules/@scope/a/y/z.js', 'node_modules/b/i.js'];
    const found = packagesOf(root, [...inputs, 'node_modules/b/node_modules/@scope/a/x.js']);
    expect(found.map(({ folder, version, licence, licenceText }) => [folder, version, licence, licenceText])).toEqual([
      ['node_modules/@scope/a', '1.0.0', 'MIT', 'text of a'],
      ['node_modules/b', '2.0.0', 'ISC', 'text of b'],
      ['node_modules/b/node_modules/@scope/a', '0.9.0', 'MIT', 'old text'],
    ]);
  });

  it.each([
    ['GPL-3.0-only', '"GPL-3.0-only"'],
    ['(MIT OR AGPL-3.0)', '"(MIT OR AGPL-3.0)"'],
    [undefined, 'undefined'],
    [{ type: 'MIT' }, '{"type":"MIT"}'],
  ])('fails for the licence %p', (license, named) => {
    install('node_modules/c', { name: 'c', version: '3.0.0', license });
    expect(() => packagesOf(root, ['node_modules/c/i.js'])).toThrow(
      `c 3.0.0 has a licence that is not in the list of accepted ones: ${named}`,
    );
  });

  it('fails for a package that is not the one of the lock', () => {
    put('node_modules/@scope/a/package.json', { name: '@scope/a', version: '1.0.1', license: 'MIT' });
    expect(() => packagesOf(root, ['node_modules/@scope/a/x.js'])).toThrow(
      'node_modules/@scope/a 1.0.1 is not the one of package-lock.json',
    );
  });

  it('finds the text in the README, or joins the terms with the name of the author', () => {
    const readme = '# D\n\nUse it.\n\nLicense\n-------\n\n(The MIT License)\n\nCopyright (c) 2014 Bob\n\nPermission is granted.\n';
    install('node_modules/d', { name: 'd', version: '1.0.0', license: 'MIT' }, { 'README.md': readme });
    install(
      'node_modules/e',
      { name: 'e', version: '1.0.0', license: 'MIT', author: { name: 'Alice' } },
      { 'readme.md': '# E\n\nLicense: MIT' },
    );
    expect(packagesOf(root, ['node_modules/d/i.js', 'node_modules/e/i.js']).map(({ licenceText }) => licenceText)).toEqual([
      '(The MIT License)\n\nCopyright (c) 2014 Bob\n\nPermission is granted.',
      'Copyright (c) Alice\n\nthe terms of MIT',
    ]);
  });
});

describe('the bill of materials', () => {
  const base = readBaseLock(join(__dirname, '../../images/base.lock.json'));
  const bill = (): { readonly components: readonly Readonly<Record<string, unknown>>[] } & Readonly<Record<string, unknown>> => {
    const packages = packagesOf(root, ['node_modules/@scope/a/x.js']);
    return JSON.parse(makeSbom({ name: 'tokenserver', version: '1.2.3', code: Buffer.from('abc') }, packages, base)) as ReturnType<
      typeof bill
    >;
  };

  it('is CycloneDX 1.6 about the program, with no time and no serial number', () => {
    expect(bill()).toMatchObject({
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      version: 1,
      metadata: {
        component: {
          name: 'tokenserver',
          version: '1.2.3',
          // SHA-256 of "abc": FIPS 180-2, appendix B.1.
          hashes: [{ alg: 'SHA-256', content: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' }],
        },
      },
    });
    expect(JSON.stringify(bill())).not.toMatch(/timestamp|serialNumber/);
  });

  it('names npm packages, Node and the Debian packages by package URL and hash', () => {
    const { components } = bill();
    expect(components[0]).toEqual({
      type: 'library',
      'bom-ref': 'node_modules/@scope/a',
      group: '@scope',
      name: 'a',
      version: '1.0.0',
      hashes: [{ alg: 'SHA-512', content: '07'.repeat(64) }],
      licenses: [{ license: { id: 'MIT' } }],
      purl: 'pkg:npm/%40scope/a@1.0.0',
    });
    expect(components.map(({ name }) => name)).toEqual(['a', 'node', 'gcc-12-base', 'libc6', 'libgcc-s1', 'libstdc++6']);
    expect(components.at(-1)!['purl']).toMatch(/^pkg:deb\/debian\/libstdc%2B%2B6@12\.2\.0-14%2Bdeb12u1\?arch=amd64&distro=debian-12$/);
    expect(components.every((component) => 'licenses' in component && 'hashes' in component)).toBe(true);
  });

  it('the licence list has each text once, under the names of its packages', () => {
    install('node_modules/b', { name: 'b', version: '2.0.0', license: 'MIT' }, { LICENSE: 'text of a' });
    const list = licenceList(packagesOf(root, ['node_modules/@scope/a/x.js', 'node_modules/b/i.js']));
    expect(list.split('text of a')).toHaveLength(2);
    expect(list).toContain('@scope/a 1.0.0 (MIT)\nb 2.0.0 (MIT)\n\ntext of a');
  });
});

describe('findRuntimeLookups', () => {
  const found = (text: string, path = 'node_modules/x/i.js'): boolean => {
    put(path, text);
    return findRuntimeLookups((input) => join(root, input), [path]).length > 0;
  };

  it.each(['join(__dirname, "a.proto")', 'require(name)', 'new URL("x", import.meta.url)', 'readFileSync(__filename)'])(
    'finds %s',
    (code) => {
      expect(found(`const a = ${code};`)).toBe(true);
    },
  );

  it.each(["require('fs')", 'require(/* webpackIgnore: true */ "fs")', 'self.require(name)', '1;\n// from __dirname'])(
    'lets %s be',
    (code) => {
      expect(found(`const a = ${code};`)).toBe(false);
    },
  );

  it('knows which files of packages never come to it, by package and file', () => {
    expect(found('__dirname', 'node_modules/pino/lib/transport.js')).toBe(false);
    expect(found('__dirname', 'node_modules/pino/lib/other.js')).toBe(true);
  });
});
