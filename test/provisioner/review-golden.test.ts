import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { columnsOf } from '../../src/provisioner/present/layout.js';
import { articleScript, articleScriptHash, editedArticleScript, editedArticleScriptHash } from './support/article.js';
import { ArticleRun } from './support/article-run.js';
import { editedVm, factsOf, fakeImageVm, goodVm, setMetadataEntry } from './support/article-vms.js';
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

describe("the article's startup scripts", () => {
  it('hash to the values that the article prints', () => {
    const hash = (script: string): string => createHash('sha256').update(script).digest('base64');
    expect(hash(articleScript)).toBe(articleScriptHash);
    expect(hash(editedArticleScript)).toBe(editedArticleScriptHash);
  });
});

describe("the review of the article's VMs", () => {
  it('shows the good VM with everything that the article shows, and a y approves it', async () => {
    const { outcome, run } = await review(factsOf(goodVm), 'y');
    expectGolden('good.txt', outcome.shown);
    for (const printed of [
      '8939838129032687278',
      articleScriptHash,
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
    expect(run.cloud.stored.get(goodVm.id)?.init_script_hash).toBe(articleScriptHash);
  });

  it('fails the VM from fakeimage, names the image, and does not take a y', async () => {
    const { outcome, run } = await review(factsOf(fakeImageVm), 'y');
    expectGolden('fakeimage.txt', outcome.shown);
    expect(outcome.shown).toMatch(
      /FAIL boot-image-trusted: boot image\s+projects\/tc-4f4f5a70\/global\/images\/fakeimage: not of project cos-cloud/,
    );
    expect(outcome.questions).toEqual([expect.stringContaining('type the instance id')]);
    expect(outcome.exitCode).toBe(1);
    expect(run.cloud.stored.size).toBe(0);
  });

  it('fails the VM with edited metadata and asks nobody: it can never be accepted', async () => {
    const { outcome, run } = await review(factsOf(editedVm, [setMetadataEntry]), editedVm.id);
    expectGolden('edited-metadata.txt', outcome.shown);
    expect(outcome.shown).toContain(editedArticleScriptHash);
    expect(outcome.shown).toMatch(/FAIL no-unapproved-change: SetMetadata called on instance, there is no reason\s+this should happen!/);
    expect(outcome.shown).toContain('this cannot be accepted');
    expect(outcome.questions).toEqual([]);
    expect(outcome.exitCode).toBe(3);
    expect(run.cloud.stored.size).toBe(0);
  });

  it.each([['good.txt'], ['fakeimage.txt'], ['edited-metadata.txt']])('%s fits into 80 columns', (name) => {
    const lines = readFileSync(join(__dirname, '../golden/review', name), 'utf8').split('\n');
    expect(lines.filter((line) => columnsOf(line) > 80)).toEqual([]);
  });
});
