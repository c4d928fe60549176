import { Turns } from '../../src/gcp/turns.js';

/** Calls that end when the test says so, and the order in which they began. */
class Calls {
  readonly began: string[] = [];
  readonly #ends = new Map<string, (failed: boolean) => void>();
  readonly #turns: Turns;

  constructor(turns: Turns) {
    this.#turns = turns;
  }

  /** @param name `party` and a number. */
  start(name: string): Promise<string> {
    return this.#turns.run(name.replace(/\d+$/, ''), 'a call', () => {
      this.began.push(name);
      return new Promise((resolve, reject) => {
        this.#ends.set(name, (failed) => (failed ? reject(new Error('failed')) : resolve(name)));
      });
    });
  }

  /** Ends a call and lets what that begins begin. */
  async end(name: string, failed = false): Promise<void> {
    this.#ends.get(name)?.(failed);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const turns = (underWay: number, underWayForOne: number, maxWaitMs = 60_000): Calls =>
  new Calls(new Turns({ underWay, underWayForOne, maxWaitMs }));

it('so many calls are under way, and the next begins when one ends, well or not', async () => {
  const calls = turns(2, 2);
  const [first, second, third, fourth] = ['a1', 'a2', 'a3', 'a4'].map((name) => calls.start(name));
  expect(calls.began).toEqual(['a1', 'a2']);
  await calls.end('a1');
  expect(calls.began).toEqual(['a1', 'a2', 'a3']);
  const failure = expect(second).rejects.toThrow('failed');
  await calls.end('a2', true);
  await failure;
  expect(calls.began).toEqual(['a1', 'a2', 'a3', 'a4']);
  await calls.end('a3');
  await calls.end('a4');
  await expect(Promise.all([first, third, fourth])).resolves.toEqual(['a1', 'a3', 'a4']);
});

it('one party cannot have all of them: another begins at once, whatever the first has waiting', async () => {
  const calls = turns(3, 2);
  const all = ['bob1', 'bob2', 'bob3', 'bob4', 'eve1'].map((name) => calls.start(name));
  expect(calls.began).toEqual(['bob1', 'bob2', 'eve1']);
  for (const name of ['eve1', 'bob1', 'bob2', 'bob3', 'bob4']) await calls.end(name);
  await expect(Promise.all(all)).resolves.toHaveLength(5);
});

it('parties that wait take turns, one call each', async () => {
  const calls = turns(1, 1);
  const all = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'].map((name) => calls.start(name));
  for (const name of ['a1', 'a2', 'b1', 'c1', 'a3', 'b2']) await calls.end(name);
  expect(calls.began).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2']);
  await Promise.all(all);
});

it('a call whose turn does not come in time never begins, and the others do', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate'] });
  try {
    const calls = turns(1, 1, 1000);
    const running = calls.start('a1');
    const late = expect(calls.start('b1')).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
    jest.advanceTimersByTime(1000);
    await late;
    const next = calls.start('b2');
    await calls.end('a1');
    await calls.end('b2');
    await expect(Promise.all([running, next])).resolves.toEqual(['a1', 'b2']);
    expect(calls.began).toEqual(['a1', 'b2']);
  } finally {
    jest.useRealTimers();
  }
});
