import { SingleFlight } from '../../../src/server/evidence/single-flight.js';

test('callers of one key at one time share one task; other keys do not', async () => {
  const flight = new SingleFlight<number>();
  let runs = 0;
  let finish: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (finish = resolve));
  const task = async (): Promise<number> => {
    const run = ++runs;
    await gate;
    return run;
  };
  const answers = Promise.all([flight.run('a', task), flight.run('a', task), flight.run('b', task)]);
  finish();
  expect(await answers).toEqual([1, 1, 2]);
});

test('nothing is kept: the next caller asks again', async () => {
  const flight = new SingleFlight<number>();
  let runs = 0;
  const task = (): Promise<number> => Promise.resolve(++runs);
  expect(await flight.run('a', task)).toBe(1);
  expect(await flight.run('a', task)).toBe(2);
  expect(flight.inFlight).toBe(0);
});

test('a failure reaches all who shared it, and nobody after', async () => {
  const flight = new SingleFlight<number>();
  const failing = (): Promise<number> => Promise.reject(new Error('down'));
  const both = await Promise.allSettled([flight.run('a', failing), flight.run('a', failing)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await flight.run('a', () => Promise.resolve(7))).toBe(7);
});
