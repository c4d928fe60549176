import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Api, Fault, Vm } from '../../src/localcloud/index.js';
import { Attester } from '../e2e/support/attester.js';
import { Caller, identityToken, type Answer } from '../e2e/support/caller.js';
import { Siege } from './support/siege.js';

// Google's APIs fail in every way while an attested session asks for its secrets: nothing is decided or the caller is refused, never
// released; and when the fault is over, the same session is released.

let siege: Siege;
let vm: Vm;
/** Needs no attestation. */
let other: Vm;
let caller: Caller;
let attester: Attester;
let sessionId: Buffer;

beforeAll(async () => {
  siege = await Siege.open(['--callsPerMinute', '60000', '--sessionStore', 'firestore']);
  // The quota of the log is not what is tested here.
  siege.world.cloud.stores.logReads.readsPerMinute = 10_000;
  vm = await siege.approvedVm();
  other = await siege.approvedVm(['--releasePolicy', 'identity']);
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

const batchGet = /\/BatchGetDocuments$/;

/** The database is Alice's own: a right that she did not give, or a document of other kinds, is nothing that a caller could heal. */
const ofFirestore = ({ kind }: Fault, expected: object): object => (kind === 'forbidden' || kind === 'wrong-type' ? internal : expected);

/** What is read for a release, by a part of its name; all of it is asked for in one request. */
const leftOut: readonly (readonly [what: string, document: string])[] = [
  ['the record', '/documents/foo/'],
  ['the revocations', '/revocations:'],
  ['the extensions', '/extensions:'],
  ['the session', '/session.'],
  ['the attestation', '/attested.'],
  ['which session counts', '/current.'],
  ['everything', ''],
];

type Row = readonly [what: string, how: string, api: Api, path: RegExp | undefined, fault: Fault, expected: object];

const rows: readonly Row[] = [
  ...computeCalls.flatMap(([what, path]) => failures.map(([how, fault, expected]): Row => [what, how, 'compute', path, fault, expected])),
  ...failures.map(([how, fault, expected]): Row => ['entries.list', how, 'logging', undefined, fault, expected]),
  ...failures.map(([how, fault, expected]): Row => ['BatchGetDocuments', how, 'firestore', batchGet, fault, ofFirestore(fault, expected)]),
  ['instances.get', 'answers too late', 'compute', /\/instances\/\d+$/, { kind: 'delay', ms: 5_500 }, undecided],
  ['the connection to Firestore', 'breaks off', 'firestoreConnections', undefined, { kind: 'truncate' }, undecided],
  ...leftOut.map(([what, document]): Row => {
    const fault = { kind: 'incomplete', document } as const;
    return ['BatchGetDocuments', `leaves out ${what}`, 'firestore', batchGet, fault, undecided];
  }),
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

it.each<[string, Api]>([
  ['Compute', 'compute'],
  ['Logging', 'logging'],
  ['Firestore', 'firestore'],
])('%s that is slow, but in time, is no hindrance', async (_what, api) => {
  siege.world.cloud.faults.set(api, { kind: 'delay', ms: 200 });
  try {
    await expect(getToken()).resolves.toHaveProperty('value');
  } finally {
    siege.world.cloud.faults.clear();
  }
});

describe('a release that is counted for each call', () => {
  const commit = /\/Commit$/;
  const ask = (of = other): Promise<Answer<unknown>> =>
    siege.as(
      () => identityToken(of),
      (client) => client.getToken(),
    );

  afterEach(() => siege.world.cloud.faults.clear());

  it.each(failures.filter(([, { kind }]) => kind !== 'wrong-type'))(
    'is not sent when Commit %s, and is when it is over',
    async (_how, fault, expected) => {
      siege.world.cloud.faults.set('firestore', fault, commit);
      const answer = await ask();
      expect(answer).not.toHaveProperty('value');
      expect(answer).toMatchObject(ofFirestore(fault, expected));
      siege.world.cloud.faults.clear();
      await expect(ask()).resolves.toHaveProperty('value');
    },
  );

  it('is counted against what is there, not against a stale answer', async () => {
    const counted = await siege.approvedVm(['--releasePolicy', 'identity', '--maxReleases', '2']);
    const first = await ask(counted);
    siege.world.cloud.faults.set('firestore', { kind: 'stale' });
    const answers = [first, await ask(counted), await ask(counted)];
    expect(answers.map((answer) => 'value' in answer)).toEqual([true, true, false]);
    expect(answers[2]).toMatchObject({ reason: 'RELEASES_USED_UP' });
  });
});

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
  const unfinished = { status: 'PERMISSION_DENIED', reason: 'INSTANCE_STOPPED' };
  await expect(siege.whileApprovalSays(vm, { history_checked_until: 'never' }, getToken)).resolves.toMatchObject(unfinished);
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

// Last: its access tokens live so short that the server asks for one before each call, and the other server's end.
describe('a server', () => {
  let asker: Caller;
  /** Of whoever asks. */
  let token = (): Promise<string> => identityToken(other);
  const shift = (seconds: number): void => writeFileSync(siege.path('clock'), String(seconds));

  beforeAll(async () => {
    const { cloud, stage } = siege.world;
    cloud.core.principals.tokenLifetimeSeconds = 240;
    cloud.core.principals.expireTokens(stage.cast.server);
    const env = { NODE_OPTIONS: `--require ${join(__dirname, '../support/shifted-clock.cjs')}`, CLOCK_OFFSET_FILE: siege.path('clock') };
    shift(-4);
    const { address } = await siege.startReplica(['--callsPerMinute', '60000'], 'server.json', { env });
    asker = new Caller(siege.world, { token: () => token(), address });
    // Google's keys are loaded by now, as early as a clock that is behind says.
    await asker.getToken();
    shift(0);
  }, 60_000);
  afterEach(() => siege.world.cloud.faults.clear());
  afterAll(() => asker.close());

  const ofAlice = failures.filter(([, { kind, ...rest }]) => kind !== 'error' || ('status' in rest && rest.status === 500));

  it.each(ofAlice)('whose own access token cannot be had, because its source %s, decides nothing until it is over', async (_how, fault) => {
    siege.world.cloud.faults.set('metadata', fault, /\/token$/);
    const answer = await asker.getToken();
    expect(answer).not.toHaveProperty('value');
    expect(answer).toMatchObject(undecided);
    siege.world.cloud.faults.clear();
    await expect(asker.getToken()).resolves.toHaveProperty('value');
  });

  it('that has seen a key of Google withdrawn takes no token of that key any more, however young', async () => {
    // Issued late enough to be young by a clock that is ahead.
    const issue = (): Promise<string> =>
      siege.tokenOf(other, (claims) => {
        claims.iat += 25;
        claims.exp += 25;
      });
    const old = await issue();
    await siege.world.cloud.rotateKeys(true);
    const young = await issue();
    // The set is loaded again at the earliest half a minute after it was.
    shift(28);
    token = () => Promise.resolve(young);
    await expect(asker.getToken()).resolves.toHaveProperty('value');
    token = () => Promise.resolve(old);
    await expect(asker.getToken()).resolves.toMatchObject({ status: 'UNAUTHENTICATED', reason: 'TOKEN_NOT_SIGNED' });
  });
});
