import type { Api, Fault, Vm } from '../../src/localcloud/index.js';
import { Attester } from '../e2e/support/attester.js';
import { Caller, identityToken, type Answer } from '../e2e/support/caller.js';
import { Siege } from './support/siege.js';

// Google's APIs fail in every way while an attested session asks for its secrets: nothing is decided or the caller is refused, never
// released; and when the fault is over, the same session is released.

let siege: Siege;
let vm: Vm;
let caller: Caller;
let attester: Attester;
let sessionId: Buffer;

beforeAll(async () => {
  siege = await Siege.open(['--callsPerMinute', '60000']);
  // The quota of the log is not what is tested here.
  siege.world.cloud.stores.logReads.readsPerMinute = 10_000;
  vm = await siege.approvedVm();
  caller = new Caller(siege.world, { token: () => identityToken(vm) });
  attester = await Attester.open(caller, vm);
  ({ sessionId } = (await attester.attest()).offer);
}, 60_000);

afterAll(async () => {
  await attester.close();
  caller.close();
  await siege.close();
});

const getToken = (): Promise<Answer<unknown>> => caller.getToken({ sessionId });
const undecided = { status: 'UNAVAILABLE', reason: 'UNDECIDED', healedBy: 'time' };
const refusedForRights = { status: 'PERMISSION_DENIED', reason: 'PERMISSION_MISSING', healedBy: 'bob' };
const internal = { status: 'INTERNAL' };

/** What is asked of Compute for a release, by path. */
const computeCalls: readonly (readonly [what: string, path: RegExp])[] = [
  ['instances.get', /\/instances\/\d+$/],
  ['disks.get', /\/disks\//],
  ['projects.get', /\/projects\/[^/]+$/],
  ['instanceSettings.get', /\/instanceSettings$/],
  ['getShieldedInstanceIdentity', /getShieldedInstanceIdentity$/],
];

const failures: readonly (readonly [how: string, fault: Fault, expected: object])[] = [
  ['answers 500', { kind: 'error', status: 500 }, undecided],
  ['answers 503', { kind: 'error', status: 503 }, undecided],
  ['answers 429', { kind: 'error', status: 429 }, undecided],
  ['answers 401', { kind: 'error', status: 401 }, undecided],
  ['breaks off', { kind: 'truncate' }, undecided],
  ['has values of another type', { kind: 'wrong-type' }, undecided],
  ['answers 403', { kind: 'forbidden' }, refusedForRights],
  ['does not answer', { kind: 'hang' }, undecided],
];

type Row = readonly [what: string, how: string, api: Api, path: RegExp | undefined, fault: Fault, expected: object];

const rows: readonly Row[] = [
  ...computeCalls.flatMap(([what, path]) => failures.map(([how, fault, expected]): Row => [what, how, 'compute', path, fault, expected])),
  ...failures.map(([how, fault, expected]): Row => ['entries.list', how, 'logging', undefined, fault, expected]),
  ['Firestore', 'does not answer', 'firestore', undefined, { kind: 'hang' }, undecided],
  ['Firestore', 'breaks off', 'firestore', undefined, { kind: 'truncate' }, undecided],
];

it.each(rows)(
  '%s %s: nothing is released, and the same session is released when it is over',
  async (_what, _how, api, path, fault, expected) => {
    siege.world.cloud.faults.set(api, fault, path);
    let answer: Answer<unknown>;
    try {
      answer = await getToken();
    } finally {
      siege.world.cloud.faults.clear();
    }
    expect(answer).not.toHaveProperty('value');
    expect(answer).toMatchObject(expected);
    await expect(getToken()).resolves.toHaveProperty('value');
  },
);

it.each([
  ['of another type', { disks: 'none' }],
  ['without what a decision needs', { fingerprint: '' }],
  ['with a state that nobody knows', { status: 'DREAMING' }],
])('a description of the VM %s is no release', async (_what, overrides) => {
  const strange = await siege.insertVm({ tpm: false, overrides });
  await siege.approveAs(strange, vm, { release_policy: 'identity' });
  const answer = await siege.as(
    () => identityToken(strange),
    (client) => client.getToken(),
  );
  expect(answer).not.toHaveProperty('value');
  expect(answer).toMatchObject({ status: expect.stringMatching(/^(?:UNAVAILABLE|PERMISSION_DENIED)$/) });
});

it('a record that cannot be read as one is no release, and no detail of it is told', async () => {
  const record = await siege.record(vm);
  const answer = await siege.whileApprovalSays(vm, { instance_created_at: 'never' }, getToken);
  expect(answer).not.toHaveProperty('value');
  await expect(siege.whileApprovalSays(vm, { history_checked_until: 'never' }, getToken)).resolves.toMatchObject(internal);
  expect(await siege.record(vm)).toEqual(record);
});

it('a stale answer of Compute does not hide an edit: the log has it', async () => {
  await getToken();
  siege.world.cloud.faults.set('compute', { kind: 'stale' });
  try {
    await vm.addMetadata({ 'startup-script': 'id' });
    expect(await siege.refusedBy(getToken)).toEqual(['no-unapproved-change']);
  } finally {
    siege.world.cloud.faults.clear();
  }
});

describe('the key set of Google', () => {
  it('that cannot be loaded leaves tokens of a new key unproved', async () => {
    siege.world.cloud.faults.set('jwks', { kind: 'error', status: 503 });
    await siege.world.cloud.rotateKeys();
    const answer = await getToken();
    siege.world.cloud.faults.clear();
    expect(answer).not.toHaveProperty('value');
    expect(answer).toMatchObject({ status: expect.stringMatching(/^(?:UNAVAILABLE|UNAUTHENTICATED)$/) });
  });
});
