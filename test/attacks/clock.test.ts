import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as passing } from 'node:timers/promises';
import type { Vm } from '../../src/localcloud/index.js';
import { Attester } from '../e2e/support/attester.js';
import { Caller, identityToken, type Answer } from '../e2e/support/caller.js';
import { Siege } from './support/siege.js';

// The clock of the server is wrong, and jumps while an attested session waits. The clock of Google is in every identity token: a server
// whose clock is further off than a token may be old releases nothing, and a smaller error shortens the wait by no more than itself.

const settleSeconds = 120;
let siege: Siege;
let vm: Vm;
let caller: Caller;
let attester: Attester;
let sessionId: Buffer;

/** The clock of the server is off by this much from now on. */
const shift = (seconds: number): void => writeFileSync(siege.path('clock'), String(seconds));

beforeAll(async () => {
  siege = await Siege.open();
  shift(0);
  const env = { NODE_OPTIONS: `--require ${join(__dirname, '../support/shifted-clock.cjs')}`, CLOCK_OFFSET_FILE: siege.path('clock') };
  const { address } = await siege.startReplica(['--settleSeconds', String(settleSeconds)], 'server.json', { env });
  vm = await siege.approvedVm();
  caller = new Caller(siege.world, { token: () => identityToken(vm), address });
  attester = await Attester.open(caller, vm);
  ({ sessionId } = (await attester.attest()).offer);
  // A clock that is four seconds behind must find the approval valid already: its age is what these tests are about.
  await passing(5_000);
}, 60_000);
afterEach(() => shift(0));
afterAll(async () => {
  await attester.close();
  caller.close();
  await siege.close();
});

const getToken = (): Promise<Answer<unknown>> => caller.getToken({ sessionId });
const settling = { status: 'UNAVAILABLE', reason: 'SETTLING' };

it.each([
  ['an hour ahead', 3_600],
  ['two and a half minutes ahead: the wait would be over', 150],
  ['half a minute behind', -30],
  ['an hour behind', -3_600],
  ['a year ahead: the session and the approval would be over', 365 * 86_400],
])('%s: the token of the caller does not count, and Google is not asked', async (_what, seconds) => {
  shift(seconds);
  const before = siege.cloudCalls;
  await expect(getToken()).resolves.toMatchObject({ status: 'UNAUTHENTICATED', reason: 'TOKEN_TOO_OLD' });
  expect(siege.cloudCalls).toEqual(before);
});

it.each([
  ['as much ahead as a token may be old', 28],
  ['as much behind as clocks may differ', -4],
])('%s: the wait is not over', async (_what, seconds) => {
  shift(seconds);
  await expect(getToken()).resolves.toMatchObject(settling);
});

it('a jump ahead that was taken back leaves the session as it was: it still waits', async () => {
  shift(86_400);
  await getToken();
  shift(0);
  await expect(getToken()).resolves.toMatchObject(settling);
});

it('a challenge that was made while the clock was behind does not live longer by Google’s clock than a token', async () => {
  shift(-4);
  const opened = await attester.openSession();
  shift(61);
  await expect(attester.activate(opened)).resolves.toMatchObject({ status: 'UNAUTHENTICATED', reason: 'TOKEN_TOO_OLD' });
});
