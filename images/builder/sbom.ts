import { createHash } from 'node:crypto';
import type { BaseLock } from './base-lock.js';
import type { BundledPackage } from './packages.js';

/** The program that a bill of materials is about. */
export interface SbomSubject {
  readonly name: string;
  readonly version: string;
  readonly code: Buffer;
}

/**
 * The software bill of materials of one image: every package of which code is in the bundle, Node, and the Debian packages.
 * No serial number and no time, which the format leaves optional: the same image has the same bill.
 * @see CycloneDX 1.6, JSON
 */
export function makeSbom({ name, version, code }: SbomSubject, packages: readonly BundledPackage[], base: BaseLock): string {
  const own = {
    type: 'application',
    'bom-ref': name,
    name,
    version,
    hashes: [{ alg: 'SHA-256', content: createHash('sha256').update(code).digest('hex') }],
    licenses: [{ license: { id: 'Apache-2.0' } }],
  };
  return `${JSON.stringify(
    {
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      version: 1,
      metadata: { component: own },
      components: [...packages.map(npmComponent), nodeComponent(base), ...base.debian.packages.map((each) => debianComponent(each, base))],
    },
    undefined,
    1,
  )}\n`;
}

function npmComponent({ folder, name, version, licence, integrity }: BundledPackage): object {
  const [group, short] = name.startsWith('@') ? name.split('/') : [undefined, name];
  return {
    type: 'library',
    // Two copies of one package are two components.
    'bom-ref': folder,
    ...(group === undefined ? {} : { group }),
    name: short,
    version,
    hashes: [{ alg: 'SHA-512', content: Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex') }],
    licenses: [{ license: { id: licence } }],
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
  };
}

function nodeComponent({ node }: BaseLock): object {
  return {
    type: 'platform',
    'bom-ref': `node ${node.version}`,
    name: 'node',
    version: node.version,
    description: 'with the libraries that are built into it: usr/share/doc/nodejs/copyright',
    hashes: [{ alg: 'SHA-256', content: node.binarySha256 }],
    licenses: [{ license: { id: node.licence } }],
    cpe: `cpe:2.3:a:nodejs:node.js:${node.version}:*:*:*:*:*:*:*`,
    purl: `pkg:npm/${node.package}@${node.version}`,
  };
}

function debianComponent(
  { name, version, sha256, licence }: BaseLock['debian']['packages'][number],
  { architecture, debian }: BaseLock,
): object {
  return {
    type: 'library',
    'bom-ref': `debian ${name}`,
    name,
    version,
    hashes: [{ alg: 'SHA-256', content: sha256 }],
    licenses: [{ expression: licence }],
    purl: `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}&distro=debian-${debian.release}`,
  };
}

/** All licence texts in one file, for people: packages that share a text are listed together. */
export function licenceList(packages: readonly BundledPackage[]): string {
  const byText = new Map<string, string[]>();
  for (const { name, version, licence, licenceText } of packages) {
    byText.set(licenceText, [...(byText.get(licenceText) ?? []), `${name} ${version} (${licence})`]);
  }
  const sections = [...byText].map(([text, names]) => `${[...new Set(names)].join('\n')}\n\n${text}\n`);
  const rest = 'Node.js and the libraries of Debian: usr/share/doc/*/copyright in the image.\n';
  return [`The program itself is under the Apache License 2.0, whose text is below.\n${rest}`, ...sections].join(`\n${'-'.repeat(80)}\n\n`);
}
