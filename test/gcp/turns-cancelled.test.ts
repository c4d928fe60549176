import { Turns } from '../../src/gcp/turns.js';

const turns = (): Turns => new Turns({ underWay: 2, underWayForOne: 1, maxWaitMs: 60_000 });

/** A call that is under way until it is let go. */
function held(): { call: () => Promise<string>; begun: () => boolean; letGo: () => void } {
  let letGo: () => void = () => undefined;
  let begun = false;
  const gate = new Promise<string>((resolve) => (letGo = () => resolve('answer')));
  const call = (): Promise<string> => {
    begun = true;
    return gate;
  };
  return { call, begun: () => begun, letGo };
}

test('a wait for a turn ends with its signal; the call never begins, and whoever waits behind gets the turn', async () => {
  const line = turns();
  const [first, second, third] = [held(), held(), held()];
  const one = line.run('bob', 'a', first.call);
  const controller = new AbortController();
  const two = line.run('bob', 'b', second.call, controller.signal);
  const three = line.run('bob', 'c', third.call);
  controller.abort();
  await expect(two).rejects.toMatchObject({ code: 'CANCELLED', message: 'b was cancelled' });
  first.letGo();
  third.letGo();
  expect(await Promise.all([one, three])).toEqual(['answer', 'answer']);
  expect(second.begun()).toBe(false);
});

test('a signal that was aborted before takes no turn', async () => {
  const line = turns();
  const call = held();
  await expect(line.run('bob', 'a', call.call, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(call.begun()).toBe(false);
});

test('a signal that aborts after the turn has come is the matter of the call; the turn is given back once', async () => {
  const line = turns();
  const [first, second, third, fourth] = [held(), held(), held(), held()];
  const controller = new AbortController();
  const one = line.run('bob', 'a', first.call);
  const two = line.run('bob', 'b', second.call, controller.signal);
  first.letGo();
  await one;
  controller.abort();
  const three = line.run('bob', 'c', third.call);
  const four = line.run('bob', 'd', fourth.call);
  await new Promise(setImmediate);
  expect([second, third, fourth].map(({ begun }) => begun())).toEqual([true, false, false]);
  second.letGo();
  expect(await two).toBe('answer');
  await new Promise(setImmediate);
  expect([third, fourth].map(({ begun }) => begun())).toEqual([true, false]);
  third.letGo();
  fourth.letGo();
  expect(await Promise.all([three, four])).toEqual(['answer', 'answer']);
});
