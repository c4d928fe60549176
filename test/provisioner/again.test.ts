import { createKeyset } from '../../src/keyset/index.js';
import { articleNow, ArticleRun } from './support/article-run.js';
import { auditEntry, factsOf, fakeImageVm, goodVm } from './support/article-vms.js';
import type { Outcome } from './support/harness.js';
import type { VmFacts } from './support/memory-cloud.js';

let run: ArticleRun;
let keyset: string[];
const later = new Date(articleNow.getTime() + 3_600_000);

async function start(facts: VmFacts): Promise<void> {
  run = new ArticleRun(facts);
  keyset = ['--secretsKeyset', run.file('keyset', await createKeyset())];
}
afterEach(() => run.end());

const approve = (answers: readonly string[], flags: readonly string[] = []): Promise<Outcome> =>
  run.approve({ without: ['--acceptClearSecrets'], flags: [...keyset, ...flags], answers });
const again = (answers: readonly string[], flags: readonly string[] = []): Promise<Outcome> =>
  run.approve({ without: ['--acceptClearSecrets'], flags: [...keyset, ...flags], answers, now: later });

describe('a VM that is approved again', () => {
  beforeEach(() => start(factsOf(goodVm)));

  it('unchanged: is shown by what is new only, and the question says so', async () => {
    await approve(['y']);
    const until = ['--notAfter', '2021-07-22T13:00:00Z'];
    const outcome = await again(['y'], until);
    expect(outcome.questions).toEqual(['nothing changed since the last approval\nlooks ok? (y/N): ']);
    expect(outcome.shown).toContain('no field differs');
    expect(outcome.shown).not.toContain('#cloud-config');
    expect(outcome.shown).toMatch(/not printed again .*Startup\s+script/s);
    expect(outcome.shown).toContain('0 entries');
    // The record holds no ECC keys, so this is not known to be as it was.
    expect(outcome.shown).toContain('ECC endorsement');
    expect(outcome.exitCode).toBe(0);
  });

  it('--full prints all the same', async () => {
    await approve(['y']);
    const outcome = await again(['n'], ['--full']);
    expect(outcome.shown).toContain('#cloud-config');
    expect(outcome.shown).toContain('beta.compute.instances.insert');
  });

  it('with other policy and another script: both values are shown, and the new script in full', async () => {
    await approve(['y']);
    const { instance } = run.cloud.facts;
    run.cloud.facts = {
      ...run.cloud.facts,
      instance: { ...instance, metadata: new Map([['user-data', '#cloud-config\nruncmd: [id]\n']]) },
    };
    const outcome = await again(['n'], ['--releasePolicy', 'observe', '--full=false']);
    expect(outcome.shown).toMatch(/ {2}release_policy\n {4}was +attested\n {4}now +observe/);
    expect(outcome.shown).toContain('init_script_hash');
    expect(outcome.shown).toContain('runcmd: [id]');
    expect(outcome.questions[0]).toMatch(/^since the last approval: changes of the VM 2, of policy and secrets \d, audit\s+entries 0/);
  });

  it('a call since then is shown, alone of all calls', async () => {
    await approve(['y']);
    const call = auditEntry(goodVm, { timestamp: '2021-06-22T13:30:00Z', methodName: 'v1.compute.instances.setLabels' });
    run.cloud.facts = factsOf(goodVm, [call]);
    const outcome = await again(['n']);
    expect(outcome.shown).toContain('setLabels');
    expect(outcome.shown).not.toContain('beta.compute.instances.insert');
    expect(outcome.questions[0]?.replaceAll(/\s+/g, ' ')).toContain('audit entries 1; 1 FAIL: no-unapproved-change looks ok?');
    expect(outcome.questions[0]?.split('\n').every((line) => line.length <= 80)).toBe(true);
  });

  it('whose stored record was edited: everything is shown, and nothing is taken from it', async () => {
    await approve(['y']);
    const record = run.cloud.stored.get(goodVm.id)!;
    run.cloud.stored.set(goodVm.id, { ...record, max_releases: 1000 });
    const outcome = await again(['n']);
    expect(outcome.complaints[0]).toContain('nothing proves that it is as it was written');
    expect(outcome.shown).toContain('#cloud-config');
    expect(outcome.questions).toEqual(['looks ok? (y/N): ']);
  });
});

describe('a FAIL that was accepted', () => {
  beforeEach(() => start(factsOf(fakeImageVm)));

  it('is not asked about again while the VM is the same, and stays in the record', async () => {
    await approve([fakeImageVm.id]);
    const outcome = await again(['y']);
    expect(outcome.exitCode).toBe(0);
    expect(outcome.shown).toMatch(/WARN boot-image-trusted: accepted before, by alice/);
    expect(run.cloud.stored.get(fakeImageVm.id)?.waived_findings).toContain('boot-image-trusted');
  });

  it.each([
    [
      'the VM changed',
      () => void (run.cloud.facts = { ...run.cloud.facts, bootDisk: { ...run.cloud.facts.bootDisk, sourceImageId: '8' } }),
    ],
    ['the approval was revoked', () => revoke()],
    [
      'the record was edited',
      () => void run.cloud.stored.set(fakeImageVm.id, { ...run.cloud.stored.get(fakeImageVm.id)!, description: 'x' }),
    ],
  ])('is asked about again when %s', async (_name, change) => {
    await approve([fakeImageVm.id]);
    await change();
    expect(await again(['y'])).toMatchObject({ exitCode: 1, questions: [expect.stringContaining('boot-image-trusted')] });
  });

  it('about a call does not cover a call after it', async () => {
    const call = (timestamp: string) => auditEntry(fakeImageVm, { timestamp, methodName: 'v1.compute.instances.setLabels' });
    run.cloud.facts = factsOf(fakeImageVm, [call('2021-06-22T12:50:00Z')]);
    await approve([fakeImageVm.id]);
    expect((await again(['n'])).questions[0]).not.toContain('FAIL');
    run.cloud.facts = factsOf(fakeImageVm, [call('2021-06-22T12:50:00Z'), call('2021-06-22T13:30:00Z')]);
    expect((await again(['y'])).questions[0]).toContain('1 FAIL: no-unapproved-change');
  });
});

describe('without a person', () => {
  beforeEach(() => start(factsOf(fakeImageVm)));

  it('a FAIL is accepted only where --waive names it', async () => {
    expect((await approve([], ['--yes', '--waive', 'shielded'])).exitCode).toBe(3);
    expect((await approve([], ['--yes', '--waive', 'boot-image-trusted'])).exitCode).toBe(0);
    expect(run.cloud.stored.get(fakeImageVm.id)?.waived_findings).toEqual(['boot-image-trusted']);
  });
});

const revoke = (): Promise<Outcome> => run.command(['revoke', '--fireStoreProjectId', 'ts', '--clientVMId', fakeImageVm.id, '--why', 'x']);
