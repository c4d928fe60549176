import { decodeImportBlob } from '../../src/tpm/index.js';
import { ArticleRun } from './support/article-run.js';
import { factsOf, goodVm } from './support/article-vms.js';
import type { Outcome } from './support/harness.js';
import type { VmFacts } from './support/memory-cloud.js';

const good = factsOf(goodVm);
let run: ArticleRun | undefined;
afterEach(() => run?.end());

function seal(identity: VmFacts['identity'], ...flags: string[]): Promise<Outcome> {
  run = new ArticleRun({ ...good, identity });
  const target = ['--clientProjectId', good.project, '--clientVMZone', good.zone, '--clientVMId', goodVm.id];
  return run.command(['seal', ...target, '--pcrValues', `0=${'ab'.repeat(32)}`, ...flags], { input: 'x' });
}
const seedBytes = ({ printed }: Outcome): number => decodeImportBlob(Buffer.from(printed.trim(), 'base64')).encryptedSeed.length;

const { ecc, ...rsaOnly } = good.identity;
const rsaAsEcc = { ...rsaOnly, ecc: rsaOnly };
const eccAsRsa = { ...rsaOnly, ekPublicPem: ecc?.ekPublicPem ?? '' };

describe('the endorsement key that seal seals to', () => {
  it('is the RSA one unless --ekAlgorithm says otherwise', async () => {
    expect(seedBytes(await seal(good.identity))).toBe(256);
    expect(seedBytes(await seal(good.identity, '--ekAlgorithm', 'rsa'))).toBe(256);
    expect(seedBytes(await seal(good.identity, '--ekAlgorithm', 'ecc'))).toBe(68);
  });

  it.each<[string, VmFacts['identity'], string[], number, string]>([
    ['Google names no ECC key', rsaOnly, ['--ekAlgorithm=ecc'], 6, 'use --ekAlgorithm rsa'],
    ['Google names an RSA key in its place', rsaAsEcc, ['--ekAlgorithm=ecc'], 2, 'names as ecc is of another algorithm: rsa'],
    ['Google names an ECC key in the place of the RSA one', eccAsRsa, [], 2, 'names as rsa is of another algorithm: ecc'],
    ['there is no such algorithm', good.identity, ['--ekAlgorithm=ed25519'], 2, '--ekAlgorithm is one of rsa, ecc'],
  ])('%s: nothing is sealed', async (_name, identity, flags, exitCode, message) => {
    const outcome = await seal(identity, ...flags);
    expect(outcome).toMatchObject({ exitCode, printed: '' });
    expect(outcome.complaints.join()).toContain(message);
  });
});
