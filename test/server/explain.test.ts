import { AppError, Secret } from '../../src/base/index.js';
import { run } from '../../src/server/run.js';
import type { RunParts } from '../../src/server/run-parts.js';
import { policyPage } from '../../src/appraisal/index.js';
import { record } from '../appraisal/evidence-fixture.js';
import { fakeCloud } from './support/fake-cloud.js';

// `tokenserver explain` must not say CLEAR where this very server would refuse every caller, or could open no secret.

interface Explained {
  readonly outcome: string;
  readonly secrets: { readonly outcome: string; readonly detail: string };
  readonly stages: readonly {
    readonly stage: string;
    readonly findings: readonly { readonly check: string; readonly outcome: string; readonly detail?: string; readonly reason?: string }[];
  }[];
}

interface Setting {
  readonly flags?: readonly string[];
  readonly record?: Readonly<Record<string, unknown>>;
  readonly openSecrets?: RunParts['openSecrets'];
}

const mutual = ['--useMTLS', '--tlsCertChain=/ca.crt'];
/** The approval of the fixture is one of 2021. */
const stillValid = { not_after: new Date('2099-01-01T00:00:00Z'), release_policy: 'attested' };

async function explained({ flags = mutual, record: change = {}, openSecrets }: Setting): Promise<Explained & { readonly code: unknown }> {
  const printed: string[] = [];
  const cloud = fakeCloud();
  cloud.record = record({ ...stillValid, ...change });
  const base = ['--tsAudience=https://tokenserver', '--firestoreProjectId=ts', '--tlsCert=/s.crt', '--tlsKey=/s.key'];
  const parts: RunParts = {
    args: ['explain', cloud.record.instanceid, '--json', ...base, ...flags],
    env: {},
    openCloud: () => Promise.resolve(cloud),
    openSecrets: openSecrets ?? (() => Promise.resolve({ open: () => Promise.resolve([]) })),
    print: (line) => printed.push(line),
    complain: (line) => printed.push(line),
  };
  const result = await run(parts);
  return { ...(JSON.parse(printed.join('\n')) as Explained), code: result.kind === 'done' ? result.exitCode : undefined };
}

const findingsOf = ({ stages }: Explained, stage: string): Explained['stages'][number]['findings'] =>
  stages.find((each) => each.stage === stage)?.findings ?? [];
const refusedIn = (answer: Explained): readonly unknown[] =>
  answer.stages.flatMap(({ findings }) =>
    findings.filter(({ outcome }) => outcome === 'refused').map(({ check, reason }) => [check, reason] as const),
  );

test('a server that asks for certificates: nothing of the channel stands against the approved caller, and it was not asked', async () => {
  const answer = await explained({});
  expect([answer.code, answer.outcome, refusedIn(answer)]).toEqual([0, 'clear', []]);
  expect(findingsOf(answer, 'channel')).toEqual(
    ['peer-address', 'peer-certificate-serial', 'peer-certificate-fingerprint'].map((check) => ({
      ...{ check, outcome: 'not-reached', detail: 'asked of a caller; one that comes as approved passes' },
    })),
  );
});

test.each<[string, Setting, readonly unknown[]]>([
  ['--validatePeerIP=false', { flags: [...mutual, '--validatePeerIP=false'] }, [['peer-address', 'VALIDATION_DISABLED']]],
  [
    '--validatePeerSN=false',
    { flags: [...mutual, '--validatePeerSN=false'] },
    [
      ['peer-certificate-serial', 'VALIDATION_DISABLED'],
      ['peer-certificate-fingerprint', 'VALIDATION_DISABLED'],
    ],
  ],
  [
    'no client certificates, and a record that names one',
    { flags: [], record: { peer_serial_number: 'any' } },
    [['peer-certificate-fingerprint', 'PEER_CERTIFICATE_MISSING']],
  ],
  [
    '--useTPM=false, and a record that wants attestation',
    { flags: [...mutual, '--useTPM=false'] },
    [['attestation-present', 'ATTESTATION_REQUIRED']],
  ],
])('%s: refused, as every caller would be', async (_name, setting, refused) => {
  const answer = await explained(setting);
  expect([answer.code, answer.outcome, refusedIn(answer)]).toEqual([3, 'refused', refused]);
});

test('--useTPM=false: the finding says which flag it is; nothing else of the stage was asked', async () => {
  const [first, ...rest] = findingsOf(await explained({ flags: [...mutual, '--useTPM=false'] }), 'tpm');
  expect(first?.detail).toBe('this server attests nobody: it was started with --useTPM=false');
  expect(rest.map(({ outcome }) => outcome)).toEqual(
    policyPage
      .at(-1)!
      .checks.slice(1)
      .map(() => 'not-reached'),
  );
});

test.each<[string, Setting]>([
  ['--useTPM=false under policy identity', { flags: [...mutual, '--useTPM=false'], record: { release_policy: 'identity' } }],
  [
    'the channel switched off under policy identity',
    { flags: ['--validatePeerIP=false', '--validatePeerSN=false'], record: { release_policy: 'identity' } },
  ],
  [
    'no client certificates, and a record that names none',
    { flags: [], record: { peer_serial_number: 'any', peer_certificate_sha256: ['any'] } },
  ],
])('%s: clear', async (_name, setting) => {
  expect(await explained(setting)).toMatchObject({ code: 0, outcome: 'clear' });
});

test('the secrets are opened, and wiped at once', async () => {
  const data = new Secret(Buffer.from('value'));
  const answer = await explained({
    openSecrets: () => Promise.resolve({ open: () => Promise.resolve([{ name: 'a', type: 'RAW' as const, data }]) }),
  });
  expect(answer).toMatchObject({ code: 0, secrets: { outcome: 'opened', detail: '1 secrets open' } });
  expect(JSON.stringify(answer)).not.toContain('value');
  expect(() => data.expose()).toThrow();
});

test.each<[string, RunParts['openSecrets']]>([
  [
    'secrets that do not open',
    () => Promise.resolve({ open: () => Promise.reject(new AppError('CRYPTO_FAILED', 'secret a does not open')) }),
  ],
  ['a keyset that cannot be read', () => Promise.reject(new AppError('CONFIG_INVALID', 'secret a does not open'))],
])('%s: undecided, and all else is told', async (_name, openSecrets) => {
  const answer = await explained({ openSecrets });
  expect(answer).toMatchObject({ code: 1, outcome: 'undecided', secrets: { outcome: 'failed', detail: 'secret a does not open' } });
  expect(findingsOf(answer, 'machine').every(({ outcome }) => outcome === 'passed')).toBe(true);
});
