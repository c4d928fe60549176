import { generateKeyPairSync, sign } from 'node:crypto';
import { createKeyset, tinkBox } from '../../src/keyset/index.js';
import { secretAssociatedData } from '../../src/record/index.js';
import { encodePublic, type PublicArea } from '../../src/tpm/index.js';
import { articleNow, ArticleRun, secretCanary } from './support/article-run.js';
import { auditEntry, factsOf, goodVm } from './support/article-vms.js';
import type { Outcome } from './support/harness.js';

let run: ArticleRun;
let keyset: Buffer;
beforeEach(async () => {
  run = new ArticleRun(factsOf(goodVm));
  keyset = await createKeyset();
  await run.approve({ without: ['--acceptClearSecrets'], flags: ['--secretsKeyset', run.file('keyset', keyset)], answers: ['y'] });
});
afterEach(() => run.end());

const command = (name: string, ...flags: string[]): Promise<Outcome> =>
  run.command([name, '--fireStoreProjectId', 'ts', '--clientVMId', goodVm.id, ...flags], { interactive: false });
const record = () => run.cloud.stored.get(goodVm.id)!;

/** As the TokenServer counts: docs/protocol.md, "What the server keeps". */
function release(n: number, at: Date): void {
  const digest = Buffer.from(record().approval_digest, 'base64').toString('base64url');
  run.cloud.notes.set(`release.${goodVm.id}.${digest}.${n}`, { countedAtSeconds: at.getTime() / 1000 });
}

describe('show', () => {
  it.each([0, 1, 2, 3])('counts %d releases', async (count) => {
    for (let n = 1; n <= count; n++) release(n, new Date(articleNow.getTime() + n * 1000));
    const { results, shown } = await command('show', '--json');
    expect(results[0]?.['releases']).toMatchObject({ count });
    expect(shown).toContain(`${count} of 3`);
    if (count > 0) expect(shown).toContain(`the last at 2021-06-22T13:00:0${count}.000Z`);
  });
});

describe('extend', () => {
  it('gives the approval a later end, which show, list and history tell, and touches nothing else', async () => {
    const before = record();
    expect((await command('extend', '--notAfter', '2021-09-01T00:00:00Z', '--approvedBy', 'alice')).exitCode).toBe(0);
    expect(record()).toBe(before);
    expect((await command('show')).shown).toMatch(/2021-09-01T00:00:00.000Z, extended from\s+2021-07-22T13:00:00.000Z/);
    expect((await command('list')).shown).toContain('2021-09-01T00:00');
    expect((await command('history')).shown).toContain('extended by alice, until 2021-09-01T00:00:00.000Z');
  });

  it.each([
    ['an earlier end', ['--notAfter', '2021-07-01T00:00:00Z'], 'not later than 2021-07-22'],
    ['no end', [], '--notAfter is missing'],
  ])('refuses %s', async (_name, flags, message) => {
    const outcome = await command('extend', ...flags);
    expect(outcome.exitCode).toBe(2);
    expect(outcome.complaints.join()).toContain(message);
    expect(run.cloud.extensions.size).toBe(0);
  });

  it('refuses an approval that was revoked', async () => {
    await command('revoke', '--why', 'x');
    expect(await command('extend', '--notAfter', '2021-09-01T00:00:00Z')).toMatchObject({ exitCode: 2 });
    expect(run.cloud.extensions.size).toBe(0);
  });
});

describe('history', () => {
  it('tells approvals, releases and revocations in the order of time', async () => {
    run.cloud.past.push({
      approvalDigest: `${'B'.repeat(43)}=`,
      approvedBy: 'partner',
      approvedAt: new Date('2021-06-01T00:00:00Z'),
      notAfter: undefined,
      releasePolicy: 'observe',
      replacedAt: articleNow,
    });
    release(1, new Date('2021-06-22T13:00:05Z'));
    await command('revoke', '--why', 'Bob left', '--approvedBy', 'alice');
    const { results } = await command('history', '--json');
    const events = results[0]?.['events'] as readonly { what: string }[];
    expect(events.map(({ what }) => what)).toEqual(['approved', 'replaced', 'approved', 'revoked', 'released']);
  });

  it('of nothing ends with exit code 6', async () => {
    expect((await run.command(['history', '--fireStoreProjectId', 'ts', '--clientVMId', '1'])).exitCode).toBe(6);
  });
});

describe('diff', () => {
  it('of the approved VM finds nothing', async () => {
    expect(await command('diff')).toMatchObject({ exitCode: 0, complaints: ['the VM is what was approved'] });
  });

  it('shows field by field what is not as approved, and what the TokenServer would refuse', async () => {
    const { instance, ...rest } = run.cloud.facts;
    run.cloud.facts = {
      ...rest,
      instance: { ...instance, fingerprint: 'AAAAAAAAAAA=', metadata: new Map([...instance.metadata, ['a', 'b']]) },
    };
    const { shown, exitCode } = await command('diff');
    expect(exitCode).toBe(5);
    expect(shown).toMatch(/ {2}image_fingerprint\n {4}was +sSHMqlnfdVM=\n {4}now +AAAAAAAAAAA=/);
    expect(shown).toMatch(/ {2}approved_metadata.a\n {4}was +\(nothing\)/);
    expect(shown).toContain('refused instance-fingerprint');
    expect(shown).toContain('refused metadata-instance');
  });

  it('shows a call after the approval', async () => {
    run.cloud.facts = factsOf(goodVm, [
      auditEntry(goodVm, { timestamp: '2021-06-22T13:30:00Z', methodName: 'v1.compute.instances.reset' }),
    ]);
    expect((await command('diff')).shown).toContain('refused no-unapproved-change');
  });
});

describe('rewrap', () => {
  it('stores the secrets under the new keyset, tied to the record as it is now; nothing else changes', async () => {
    const before = record();
    const fresh = await createKeyset();
    const outcome = await command('rewrap', '--secretsKeyset', run.file('keyset', keyset), '--newSecretsKeyset', run.file('fresh', fresh));
    expect(outcome.exitCode).toBe(0);
    const { secrets, secrets_encryption, ...rest } = record();
    expect(before).toMatchObject(rest);
    expect(secrets_encryption).not.toEqual(before.secrets_encryption);
    const associatedData = secretAssociatedData(record(), `foo/${goodVm.id}`, 'secret1');
    expect((await (await tinkBox(fresh)).open(secrets[0]!.Data, associatedData)).toString()).toBe(secretCanary);
    await expect((await tinkBox(keyset)).open(secrets[0]!.Data, associatedData)).rejects.toThrow();
  });

  it('to a KMS key and back', async () => {
    const key = 'projects/p/locations/global/keyRings/r/cryptoKeys/k';
    const file = run.file('keyset', keyset);
    expect((await command('rewrap', '--secretsKeyset', file, '--newSecretsKmsKey', key)).exitCode).toBe(0);
    expect(record().secrets_encryption).toEqual({ scheme: 'kms', key });
    expect((await command('rewrap', '--newSecretsKeyset', file)).exitCode).toBe(0);
    const opened = await (
      await tinkBox(keyset)
    ).open(record().secrets[0]!.Data, secretAssociatedData(record(), `foo/${goodVm.id}`, 'secret1'));
    expect(opened.toString()).toBe(secretCanary);
  });

  it('with the wrong keyset, with none, and of an edited record writes nothing', async () => {
    const before = record();
    const fresh = run.file('fresh', await createKeyset());
    expect((await command('rewrap', '--secretsKeyset', fresh, '--newSecretsKeyset', fresh)).exitCode).toBe(2);
    expect((await command('rewrap', '--newSecretsKeyset', fresh)).complaints.join()).toContain('--secretsKeyset is missing');
    expect((await command('rewrap', '--secretsKeyset', fresh)).complaints.join()).toContain('--newSecretsKmsKey');
    expect(record()).toBe(before);
    run.cloud.stored.set(goodVm.id, { ...before, max_releases: 99 });
    expect((await command('rewrap', '--secretsKeyset', run.file('keyset', keyset), '--newSecretsKeyset', fresh)).exitCode).toBe(2);
  });
});

describe('baseline', () => {
  const observed = { bank: 'sha256', pcrs: `{"0":"${'ab'.repeat(32)}","4":"${'cd'.repeat(32)}"}`, resetCount: 7, restartCount: 0 };

  it('prints what the VM attested as a file that --pcrPolicy takes', async () => {
    run.cloud.notes.set(`observed.${goodVm.id}`, { ...observed, observedAt: articleNow });
    const { printed, complaints, exitCode } = await run.command(['baseline', '--fireStoreProjectId', 'ts', '--from', goodVm.id]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(printed)).toEqual({ sha256: { '0': ['ab'.repeat(32)], '4': ['cd'.repeat(32)] } });
    expect(complaints.join()).toContain('--resetCount 7');
    const file = run.file('policy.json', printed);
    const approved = await run.approve({ without: ['--attestationPCRValue'], flags: ['--pcrPolicy', file], answers: ['y'] });
    expect(approved.exitCode).toBe(0);
    expect(record().pcr_policy).toEqual(JSON.parse(printed));
  });

  it.each([
    ['never attested', undefined, 6, 'was not observed'],
    ['sent no values that match', { ...observed, bank: '', pcrs: '{}', observedAt: articleNow }, 6, 'no register values'],
    ['has a document of another shape', { ...observed, observedAt: 'x' }, 2, 'expected shape'],
    ['has values that are none', { ...observed, pcrs: '{"0":"zz"}', observedAt: articleNow }, 2, 'PCR 0'],
  ])('of a VM that %s prints nothing', async (_name, note, exitCode, message) => {
    if (note !== undefined) run.cloud.notes.set(`observed.${goodVm.id}`, note);
    const outcome = await command('baseline');
    expect(outcome).toMatchObject({ exitCode, printed: '' });
    expect(outcome.complaints.join()).toContain(message);
  });
});

describe('verify-signature', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const signature = sign('sha256', Buffer.from('signed'), privateKey);
  const verify = (signed: string, bytes: string | Buffer, ...flags: string[]): Promise<Outcome> =>
    command('verify-signature', '--file', run.file('data', signed), '--signature', run.file('signature', bytes), ...flags);

  it('knows a signature by the key that the server keeps of the approval as it is now', async () => {
    const modulus = Buffer.from(publicKey.export({ format: 'jwk' }).n ?? '', 'base64url');
    const area: PublicArea = {
      ...{ type: 'rsa', nameAlg: 'sha256', attributes: 0x40072, authPolicy: Buffer.alloc(0), symmetric: undefined },
      ...{ scheme: { alg: 'rsassa', hash: 'sha256' }, keyBits: 2048, exponent: 65537, modulus },
    };
    // docs/protocol.md, "What the server keeps".
    const signer = (digest: string): string => `signer.${goodVm.id}.${Buffer.from(digest, 'base64').toString('base64url')}`;
    run.cloud.notes.set(signer(Buffer.alloc(32).toString('base64')), { keyPublic: encodePublic(area) });
    run.cloud.notes.set(signer(record().approval_digest), { keyPublic: 'no bytes' });
    const none = await verify('signed', signature);
    expect(none).toMatchObject({ exitCode: 6, complaints: [expect.stringContaining('--exchangeSigningKey')] });
    run.cloud.notes.set(signer(record().approval_digest), { keyPublic: encodePublic(area) });
    expect(await verify('signed', signature)).toMatchObject({ exitCode: 0, complaints: [expect.stringMatching(/^good/)] });
    expect(await verify('signed', signature.toString('base64'))).toMatchObject({ exitCode: 0 });
    expect(await verify('Signed', signature)).toMatchObject({ exitCode: 3, complaints: [expect.stringMatching(/^BAD/)] });
  });

  it('takes the public key from a file', async () => {
    const pem = run.file('key.pem', publicKey.export({ type: 'spki', format: 'pem' }));
    expect((await verify('signed', signature, '--publicKey', pem)).exitCode).toBe(0);
    expect((await verify('signed', Buffer.alloc(256), '--publicKey', pem)).exitCode).toBe(3);
    expect((await verify('signed', signature, '--publicKey', run.file('none.pem', 'x'))).exitCode).toBe(2);
  });
});
