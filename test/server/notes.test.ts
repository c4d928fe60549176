import { AppError } from '../../src/base/index.js';
import { ask, failureOf, startWorld, type World } from './support/world.js';

// What the server notes for people (who waits, what was decided last) changes no answer, whatever becomes of the writes.

let world: World;
beforeEach(async () => {
  world = await startWorld(['--clientProjects=other-project,tc-4f4f5a70', '--settleSeconds=0']);
});
afterEach(() => world.stop());

const getToken = (): Promise<unknown> => ask(world.release, 'GetToken', {});

it('they are made when nothing fails, at the latest when the server ends', async () => {
  world.cloud.record = undefined;
  expect(await failureOf(getToken())).toMatchObject({ reason: 'INSTANCE_UNKNOWN' });
  world.approve({ release_policy: 'identity' });
  await getToken();
  await world.stop();
  expect(world.cloud.pendingNotes).toMatchObject([{ calls: 1, caller: { project: 'tc-4f4f5a70', peerAddress: '127.0.0.1' } }]);
  expect([...world.cloud.lastDecisionOf.values()]).toMatchObject([{ call: 'GetToken', outcome: 'released' }]);
});

describe.each([
  ['fails', (): Promise<never> => Promise.reject(new AppError('CLOUD_UNAVAILABLE', 'firestore.set failed'))],
  ['never ends', (): Promise<never> => new Promise(() => undefined)],
])('a write that %s', (_how, write) => {
  let tried: readonly jest.SpyInstance[];
  beforeEach(() => {
    const { pending, lastDecisions } = world.cloud;
    tried = [
      jest.spyOn(pending, 'sweepPending').mockImplementation(write),
      jest.spyOn(lastDecisions, 'noteDecision').mockImplementation(write),
    ];
  });
  const times = (): readonly number[] => tried.map(({ mock }) => mock.calls.length);

  it('changes nothing for a VM without a record', async () => {
    world.cloud.record = undefined;
    expect(await failureOf(getToken())).toMatchObject({ reason: 'INSTANCE_UNKNOWN' });
    expect(times()).toEqual([1, 0]);
  });

  it('changes nothing for a release', async () => {
    world.approve({ release_policy: 'identity' });
    await expect(getToken()).resolves.toMatchObject({ secrets: [{ name: 'raw' }] });
    expect(times()).toEqual([0, 1]);
  });
});
