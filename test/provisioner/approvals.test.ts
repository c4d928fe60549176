import { recordDocument } from '../record/support/record.js';
import { ArticleRun, secretCanary } from './support/article-run.js';
import { factsOf, goodVm } from './support/article-vms.js';
import type { Outcome } from './support/harness.js';

let run: ArticleRun;
beforeEach(async () => {
  run = new ArticleRun(factsOf(goodVm));
  await run.approve({ answers: ['y'] });
});
afterEach(() => run.end());

const command = (name: string, ...flags: string[]): Promise<Outcome> =>
  run.command([name, '--fireStoreProjectId', 'ts', ...flags], { interactive: false });

describe('list', () => {
  it('prints a table of approvals within 80 columns, and JSON', async () => {
    const { shown, results } = await command('list', '--json');
    for (const text of [goodVm.id, 'attested', '2021-07-22T13:00', 'alice']) expect(shown).toContain(text);
    expect(shown.split('\n').every((line) => line.length <= 80)).toBe(true);
    expect(results).toEqual([
      { approvals: [{ instanceId: goodVm.id, policy: 'attested', until: '2021-07-22T13:00', state: 'valid', approvedBy: 'alice' }] },
    ]);
  });

  it('prints no escape sequence that a stored name holds', async () => {
    run.cloud.stored.set('7', recordDocument({ approved_by: '\u001b[2Jeve\u202e' }) as never);
    expect((await command('list')).shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
  });
});

describe('show', () => {
  it('prints who approved what, and no secret', async () => {
    const outcome = await command('show', '--clientVMId', goodVm.id);
    expect(outcome.exitCode).toBe(0);
    for (const text of ['approved_by: alice', 'release_policy: attested', 'Name: secret1', `Data: (${secretCanary.length} bytes)`]) {
      expect(outcome.shown).toContain(text);
    }
    expect(JSON.stringify(outcome)).not.toContain(secretCanary);
    expect(JSON.stringify(outcome)).not.toContain(Buffer.from(secretCanary).toString('base64'));
  });

  it('names a record of the reference and one of its older generations, without their data', async () => {
    const { schema_version: _ours, ...reference } = recordDocument({ secrets: [{ Name: 'a', Type: 0, Data: Buffer.from(secretCanary) }] });
    run.cloud.stored.set('7', reference as never);
    expect((await command('show', '--clientVMId', '7')).shown).toContain('record of the reference');
    run.cloud.stored.set('7', { ...reference, rsa_key: Buffer.from(secretCanary) } as never);
    const older = await command('show', '--clientVMId', '7');
    expect(older.shown).toContain('older generation');
    expect(older.complaints.join()).toContain('rsa_key');
    expect(JSON.stringify(older)).not.toContain(secretCanary);
  });

  it('ends with exit code 6 where there is no approval', async () => {
    expect(await command('show', '--clientVMId', '1')).toMatchObject({
      exitCode: 6,
      complaints: [expect.stringContaining('there is no approval of VM 1')],
    });
  });
});

describe('revoke', () => {
  it('ends the approval, with who and why, and show says so', async () => {
    const outcome = await command('revoke', '--clientVMId', goodVm.id, '--why', 'Bob left', '--approvedBy', 'alice');
    expect(outcome.exitCode).toBe(0);
    const digest = run.cloud.stored.get(goodVm.id)!.approval_digest;
    expect(run.cloud.revocations.get(digest)).toMatchObject({ why: 'Bob left', by: 'alice', approvalDigest: digest });
    expect((await command('show', '--clientVMId', goodVm.id)).shown).toContain('by alice: Bob left');
  });

  it('of nothing ends with exit code 6', async () => {
    expect((await command('revoke', '--clientVMId', '1', '--why', 'x')).exitCode).toBe(6);
  });
});

describe('help', () => {
  it('prints every flag, and no command of it fails', async () => {
    const { printed, exitCode } = await run.command(['--help']);
    expect(exitCode).toBe(0);
    for (const flag of ['--fireStoreProjectId', '--attestationPCRValue', '--encryptToTPM', '--autoAccept', '--maxReleases'])
      expect(printed).toContain(flag);
  });
});
