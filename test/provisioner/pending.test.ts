import { readConfig } from '../../src/provisioner/read-config.js';
import { columnsOf } from '../../src/provisioner/present/layout.js';
import { articleNow, ArticleRun } from './support/article-run.js';
import { factsOf, goodVm } from './support/article-vms.js';
import type { Outcome } from './support/harness.js';

let run: ArticleRun;
beforeEach(() => {
  run = new ArticleRun(factsOf(goodVm));
});
afterEach(() => run.end());

type Waiting = ArticleRun['cloud']['waiting'][number];
const minutes = (count: number): Date => new Date(articleNow.getTime() + count * 60_000);
const tokenclient: Waiting = {
  instanceId: goodVm.id,
  project: factsOf(goodVm).project,
  zone: 'us-central1-a',
  instanceName: 'tokenclient',
  serviceAccount: 'tokenclient@tc-4f4f5a70.iam.gserviceaccount.com',
  peerAddress: '34.121.225.36',
  firstSeen: minutes(-30),
  lastSeen: minutes(-1),
  count: 12,
  expiresAt: minutes(600),
};
const pending = (...flags: string[]): Promise<Outcome> =>
  run.command(['pending', '--fireStoreProjectId', 'ts-project', ...flags], { interactive: false });

const waitingIn = (results: Outcome['results']): readonly { readonly review: readonly string[] }[] =>
  (results[0]?.['pending'] ?? []) as readonly { readonly review: readonly string[] }[];

/** The words of the printed command, as a shell would read them: none of ours needs more than these rules. */
const wordsOf = (shown: string): readonly string[] => {
  const command = /^ {2}provisioner[^]*?[^\\]$/m.exec(shown)?.[0] ?? '';
  return [...command.replaceAll('\\\n', ' ').matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '').slice(1);
};

describe('pending', () => {
  it('tells who waits, latest first, and since when, within 80 columns, and as JSON', async () => {
    run.cloud.waiting.push(tokenclient, { ...tokenclient, instanceId: '7', instanceName: 'younger', lastSeen: minutes(0) });
    const { shown, results, complaints, exitCode } = await pending('--json');
    expect(exitCode).toBe(0);
    expect(shown.indexOf('7 (younger)')).toBe(0);
    expect(shown).toContain(`${goodVm.id} (tokenclient) in project tc-4f4f5a70, zone us-central1-a`);
    expect(shown).toMatch(/calls +12 from 2021-06-22T12:30:00.000Z to\s+2021-06-22T12:59:00.000Z/);
    expect(shown.split('\n').filter((line) => columnsOf(line) > 80)).toEqual([]);
    expect(complaints).toEqual(['VMs that wait for an approval: 2']);
    expect(results).toEqual([
      { pending: [expect.objectContaining({ instanceId: '7' }), expect.objectContaining({ instanceId: goodVm.id, count: 12 })] },
    ]);
  });

  it('the printed command reviews that VM, and writes nothing', async () => {
    run.cloud.waiting.push(tokenclient);
    const { shown, results } = await pending('--json');
    const words = wordsOf(shown);
    expect(waitingIn(results)[0]?.review.slice(1)).toEqual(words);
    expect(readConfig(words, articleNow)).toMatchObject({ command: 'approve', dryRun: true });
    const review = await run.command(words, { interactive: false });
    expect(review.exitCode).toBe(0);
    expect(review.shown).toContain('== Who');
    expect(review.shown).toContain(goodVm.id);
    expect(review.shown).toContain('none given');
    expect(review.shown).toContain('this is a look, not an approval');
    expect(run.cloud.stored.size).toBe(0);
  });

  it('names the collection and the file of local mode where they are not the usual ones', async () => {
    run.cloud.waiting.push(tokenclient);
    const { shown } = await pending('--firestoreCollectionName', 'approvals', '--endpoints', "/tmp/a b'c.json");
    expect(shown).toContain('--firestoreCollectionName approvals');
    expect(shown).toContain(`--endpoints '/tmp/a b'\\''c.json'`);
  });

  it('of one project tells the others not', async () => {
    run.cloud.waiting.push(tokenclient, { ...tokenclient, instanceId: '7', project: 'other' });
    const { shown, complaints } = await pending('--clientProjectId', 'other');
    expect(shown).not.toContain(goodVm.id);
    expect(complaints).toEqual(['VMs that wait for an approval in project other: 1']);
  });

  it('leaves out what was approved since, and what does not wait any more', async () => {
    await run.approve({ answers: ['y'] });
    run.cloud.waiting.push(tokenclient, { ...tokenclient, instanceId: '7', expiresAt: minutes(-1) });
    const outcome = await pending();
    expect(outcome).toMatchObject({ exitCode: 0, shown: '' });
    expect(outcome.complaints).toEqual(['VMs that wait for an approval: 0', 'asked, and have a record since: 1']);
  });

  it('says where the notes come from when there are none', async () => {
    expect((await pending()).complaints.join()).toContain('--clientProjects');
  });

  it('reads a bounded number, and says so', async () => {
    for (let id = 1; id <= 205; id++) run.cloud.waiting.push({ ...tokenclient, instanceId: String(id) });
    const { complaints, results } = await pending('--json');
    expect(waitingIn(results).length).toBe(200);
    expect(complaints).toContain('only 200 were read; --clientProjectId asks for one project');
  });

  it.each(['\u001b[2Jx', 'a\u202eb', 'x\ny', 'ünïcode', '; rm -rf ~', '$(id)', '--autoAccept', "'", ''])(
    'never obeys a name such as %j, and gives no command to paste',
    async (name) => {
      run.cloud.waiting.push({ ...tokenclient, zone: name, instanceName: name, serviceAccount: name });
      const { shown } = await pending();
      expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(shown).not.toContain('--dryRun');
      expect(shown).toContain('no command');
    },
  );
});

describe('the last decision', () => {
  const show = (...flags: string[]): Promise<Outcome> =>
    run.command(['show', '--fireStoreProjectId', 'ts', '--clientVMId', goodVm.id, ...flags], { interactive: false });
  beforeEach(() => run.approve({ answers: ['y'] }));

  it('is told by show, with what to do about it', async () => {
    run.cloud.decided.set(goodVm.id, {
      decisionId: 'd-1',
      call: 'GetToken',
      outcome: 'refused',
      stage: 'history',
      reasons: ['METADATA_CHANGED', 'A_REASON_OF_LATER'],
      at: minutes(5),
    });
    const { shown, results } = await show('--json');
    expect(shown).toMatch(/last decision +refused at stage history, at\s+2021-06-22T13:05:00.000Z/);
    expect(shown).toContain('GetToken, decision d-1');
    expect(shown).toMatch(/why +A_REASON_OF_LATER/);
    expect(shown).toMatch(/why +METADATA_CHANGED: [^]*made anew/);
    expect(results[0]?.['lastDecision']).toMatchObject({ decisionId: 'd-1', reasons: ['METADATA_CHANGED', 'A_REASON_OF_LATER'] });
  });

  it('gives the remedy of the check whose reason it is', async () => {
    const reasons = ['EK_MISMATCH'];
    run.cloud.decided.set(goodVm.id, {
      decisionId: 'd',
      call: 'MakeCredential',
      outcome: 'refused',
      stage: 'tpm',
      reasons,
      at: minutes(5),
    });
    expect((await show()).shown.replaceAll(/\s+/g, ' ')).toContain('EK_MISMATCH: attest from the approved VM with its own vTPM');
  });

  it('from before this approval is told to be that', async () => {
    run.cloud.decided.set(goodVm.id, { decisionId: 'd', call: 'c', outcome: 'released', stage: undefined, reasons: [], at: minutes(-5) });
    expect((await show()).shown).toMatch(/last decision +released, at 2021-06-22T12:55:00.000Z, before\s+this\s+approval/);
  });

  it('that nobody noted is told as none', async () => {
    expect((await show()).shown).toMatch(/last decision +none noted/);
  });

  it('is never obeyed by the terminal', async () => {
    run.cloud.decided.set(goodVm.id, {
      decisionId: '\u001b[1m',
      call: '\u202e',
      outcome: 'refused',
      stage: '\u0007',
      reasons: ['\u001b]0;x'],
      at: minutes(5),
    });
    expect((await show()).shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});
