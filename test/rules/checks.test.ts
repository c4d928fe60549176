import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { policyPage, type ServerPolicy } from '../../src/appraisal/index.js';
import type { Check } from '../../src/base/index.js';
import { requiredFields } from '../../src/record/index.js';
import { flags } from '../../src/server/flag-table.js';

const root = join(__dirname, '../..');
const checks: readonly Check<never>[] = policyPage.flatMap((stage) => stage.checks);
const ids = checks.map((check) => check.id);
const filesIn = (folder: string, suffix: string): readonly string[] =>
  readdirSync(join(root, folder)).map((name) => basename(name, suffix));

/** Fields that the schema of the record demands under a condition: pcr_policy under `attested`, reset_count under `same_boot`. */
const conditionalFields: readonly string[] = ['pcr_policy', 'reset_count'];

describe('the policy page', () => {
  it('asks the stages in the order of a release', () => {
    expect(policyPage.map((stage) => stage.name)).toEqual(['caller', 'record', 'channel', 'machine', 'history', 'tpm']);
  });

  it('names each check once', () => {
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
  });

  it('names every file of checks/, and every check is the file of its name', () => {
    expect([...ids].sort()).toEqual([...filesIn('src/appraisal/checks', '.ts')].sort());
  });

  it.each(ids)('%s is exported by its file under its own name', (id) => {
    const name = id.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    const source = readFileSync(join(root, 'src/appraisal/checks', `${id}.ts`), 'utf8');
    expect(source).toContain(`export const ${name}: Check<`);
    expect(readFileSync(join(root, 'src/appraisal/policy.ts'), 'utf8')).toContain(`import { ${name} } from './checks/${id}.js';`);
  });

  it('every check has a test of its own, and no test is left over', () => {
    expect([...filesIn('test/appraisal/checks', '.test.ts')].sort()).toEqual([...ids].sort());
  });

  it('asks everything that a release must ask', () => {
    // A name that disappears from the page disappears from every decision: leaving one out must be a decision of its own.
    const needed = `
      token-signature token-issuer token-audience token-age token-is-instance email-verified record-exists
      record-current release-allowed service-account-matches project-matches zone-matches instance-matches
      created-at-matches peer-address peer-certificate-serial peer-certificate-fingerprint permissions-granted
      instance-exists instance-running init-script-present init-script-hash instance-fingerprint metadata-instance
      metadata-zone metadata-project boot-image boot-disk-created-by-insert boot-disk-untouched only-approved-disks
      service-account-live shielded-config confidentiality network-shape machine-features history-settled
      history-complete no-unapproved-change ek-matches ak-matches ak-is-restricted credential-activated
      quote-signature quote-magic-type quote-binding quote-pcr-selection quote-pcr-digest quote-clock
      attested-recently
    `;
    expect(
      needed
        .trim()
        .split(/\s+/)
        .filter((id) => !ids.includes(id)),
    ).toEqual([]);
  });
});

it('a check names only flags that the TokenServer knows', () => {
  const known = new Set(flags.map((flag) => flag.name));
  const named = checks.flatMap((check) => check.comparesWith).filter((source) => source.startsWith('flag:'));
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((source) => !known.has(source.slice('flag:'.length)))).toEqual([]);
});

/** From which flag each part of the server's policy comes (src/server/config.ts). */
const flagOf: Readonly<Record<keyof ServerPolicy, string>> = {
  audience: 'tsAudience',
  maxTokenAgeSeconds: 'jwtIssuedAtJitter',
  clockSkewSeconds: 'clockSkewSeconds',
  validatePeerAddress: 'validatePeerIP',
  validatePeerCertificate: 'validatePeerSN',
  metadataScope: 'metadataScope',
  settleSeconds: 'settleSeconds',
  attestationMaxAgeSeconds: 'attestationMaxAgeSeconds',
  requiredPcrs: 'pcr',
};

describe.each(checks.map((check) => [check.id, check] as const))('%s', (_id, check) => {
  it('names every flag that it looks at', () => {
    const source = readFileSync(join(root, 'src/appraisal/checks', `${check.id}.ts`), 'utf8');
    const used = [...source.matchAll(/\bserver\.(\w+)/g)].map(([, part = '']) => `flag:${flagOf[part as keyof ServerPolicy]}`);
    expect(used.filter((flag) => !check.comparesWith.includes(flag))).toEqual([]);
  });

  it('compares with something that is always there', () => {
    expect(check.comparesWith.length).toBeGreaterThan(0);
    const unknown = check.comparesWith.filter(
      (source) =>
        !/^(?:flag|constant|live|session):\S/.test(source) && !requiredFields.includes(source) && !conditionalFields.includes(source),
    );
    expect(unknown).toEqual([]);
    // A live answer alone is no reference value: Bob can make it say anything.
    const gate = policyPage.some((stage) => stage.gate.includes(check));
    expect(gate || check.comparesWith.some((source) => !source.startsWith('live:'))).toBe(true);
  });

  it('says in words what it asks and what to do', () => {
    expect(check.question).toMatch(/^[A-Z].*\?$/);
    expect(check.reason).toMatch(/^[A-Z][A-Z0-9_]+$/);
    expect(check.remedy).toMatch(/^[^A-Z].{10,}[^.]$/);
    expect(check.question.length).toBeLessThan(140);
    expect(check.remedy.length).toBeLessThan(160);
  });
});

it('docs/checks.md is what the policy page says', () => {
  const { renderChecksDoc } = require('../../scripts/gen-checks-doc.cjs') as { renderChecksDoc: (page: typeof policyPage) => string };
  expect(readFileSync(join(root, 'docs/checks.md'), 'utf8')).toBe(renderChecksDoc(policyPage));
});
