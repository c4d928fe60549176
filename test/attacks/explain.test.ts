import { story, audience, type Vm } from '../../src/localcloud/index.js';
import { policyPage } from '../../src/appraisal/index.js';
import { Attester } from '../e2e/support/attester.js';
import { Caller, identityToken } from '../e2e/support/caller.js';
import { Siege } from './support/siege.js';

// `tokenserver explain`: what the server would decide now, by the reads and checks of the server, without a release.

let siege: Siege;
let vm: Vm;

beforeAll(async () => {
  siege = await Siege.open(['--sessionStore', 'firestore']);
  vm = await siege.approvedVm(['--maxReleases', '1']);
}, 60_000);

afterAll(() => siege.close());

interface Explained {
  readonly code: number;
  readonly output: string;
}

/** As the server of the siege was started: it asks for client certificates, and has the keyset of the records. */
const serverFlags = (): readonly string[] => {
  const secret = (name: string): string => `projects/${story.alice.project.number}/secrets/${name}`;
  return [
    ...['--useMTLS', '--useSecrets', '--tlsCert', secret('tls_crt'), '--tlsKey', secret('tls_key'), '--tlsCertChain', secret('tls-ca')],
    ...['--secretsKeyset', siege.world.stage.path('keyset.json')],
  ];
};

async function explained(instanceId: string, flags: readonly string[] = []): Promise<Explained> {
  const { stage } = siege.world;
  const program = stage.start('server', [
    ...['explain', instanceId, ...flags, '--endpoints', stage.path('server.json'), '--tsAudience', audience],
    ...['--firestoreProjectId', story.alice.project.id, '--sessionStore', 'firestore', '--settleSeconds', '0', ...serverFlags()],
  ]);
  return { code: await program.ended, output: program.output };
}

interface Json {
  readonly secrets: { readonly outcome: string; readonly detail: string };
  readonly outcome: string;
  readonly stages: readonly {
    readonly stage: string;
    readonly error?: string;
    readonly findings: readonly { check: string; outcome: string; detail?: string }[];
  }[];
}

async function explainedJson(instanceId: string): Promise<Json & { readonly code: number }> {
  const { code, output } = await explained(instanceId, ['--json']);
  return { code, ...(JSON.parse(output.slice(output.indexOf('{'))) as Json) };
}

const refusedIn = ({ stages }: Json): readonly string[] =>
  stages.flatMap(({ findings }) => findings.filter(({ outcome }) => outcome === 'refused').map(({ check }) => check));

it('a VM as approved: every check of the policy page is named, nothing stands against a release', async () => {
  const answer = await explainedJson(vm.id);
  expect([answer.code, answer.outcome]).toEqual([0, 'clear']);
  expect(answer.stages.flatMap(({ findings }) => findings.map(({ check }) => check))).toEqual(
    policyPage.flatMap((stage) => stage.checks.map(({ id }) => id)),
  );
  expect(answer.secrets).toEqual({ outcome: 'opened', detail: '2 secrets open' });
  const machine = answer.stages.find(({ stage }) => stage === 'machine');
  expect(machine?.findings.every(({ outcome }) => outcome === 'passed')).toBe(true);
});

it('an attested session in the store is judged too, and explaining counts no release', async () => {
  const caller = new Caller(siege.world, { token: () => identityToken(vm) });
  const attester = await Attester.open(caller, vm);
  const { offer } = await attester.attest();
  const answer = await explainedJson(vm.id);
  expect(answer.stages.find(({ stage }) => stage === 'tpm')?.findings.find(({ check }) => check === 'quote-pcr-digest')).toMatchObject({
    outcome: 'passed',
  });
  await explained(vm.id);
  await expect(caller.getToken({ sessionId: offer.sessionId })).resolves.toHaveProperty('value');
  await attester.close();
  caller.close();
});

it('a VM that nobody approved: record-exists, without a call to Compute', async () => {
  const before = siege.cloudCalls;
  const answer = await explainedJson('1234567890123456789');
  expect([answer.code, refusedIn(answer)]).toEqual([3, ['record-exists']]);
  expect(siege.cloudCalls).toEqual(before);
});

it('Compute does not answer: undecided, and the other stages are told', async () => {
  siege.world.cloud.faults.set('compute', { kind: 'error', status: 503 });
  const answer = await explainedJson(vm.id);
  siege.world.cloud.faults.clear();
  expect([answer.code, answer.outcome]).toEqual([1, 'undecided']);
  expect(answer.stages.find(({ stage }) => stage === 'machine')?.error).toContain('503');
  expect(answer.stages.find(({ stage }) => stage === 'history')?.findings[0]).toMatchObject({ outcome: 'passed' });
});

it('an edited VM: all that refuses, in every stage, as a table for people', async () => {
  await vm.addMetadata({ 'startup-script': 'id' });
  const { code, output } = await explained(vm.id);
  expect(code).toBe(3);
  expect(output).toMatch(/REFUSE {2}metadata-instance +METADATA_NOT_APPROVED: startup-script is not approved/);
  expect(output).toMatch(/REFUSE {2}no-unapproved-change +METADATA_CHANGED: .*setMetadata by bob@example.com/);
  expect(output).toContain('REFUSED: a release would be refused now');
});

it('without an instance id, or with a wrong flag: one line, exit code 2', async () => {
  await expect(explained('--json')).resolves.toMatchObject({ code: 2 });
  await expect(explained(vm.id, ['--nonsense'])).resolves.toMatchObject({ code: 2, output: expect.stringContaining('--nonsense') });
});
