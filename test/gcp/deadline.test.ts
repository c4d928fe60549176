import { AppError } from '../../src/base/index.js';
import { withDeadline } from '../../src/gcp/deadline.js';
import { Ending } from '../../src/gcp/ending.js';

const never = new Promise<never>(() => undefined);
const bounds = (signal?: AbortSignal, deadlineMs = 20_000) => ({ what: 'a call', deadlineMs, signal });
const why = new AppError('CANCELLED', 'x');

describe('a call', () => {
  test('that answers in time is answered', async () => {
    await expect(withDeadline(bounds(), () => Promise.resolve(1))).resolves.toBe(1);
  });

  test('that fails before it waits for anything fails', async () => {
    const throws = (): Promise<never> => {
      throw why;
    };
    await expect(withDeadline(bounds(), throws)).rejects.toBe(why);
  });

  test('that does not obey is given up at its deadline, and one that listens is told', async () => {
    const told: string[] = [];
    let ending = new Ending();
    const ended = withDeadline(bounds(undefined, 1), (its) => {
      ending = its;
      its.addEventListener('abort', () => told.push('listener'));
      its.signal.addEventListener('abort', () => told.push('signal'));
      return never;
    });
    await expect(ended).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE', message: 'a call did not answer within 1 ms' });
    expect(told.toSorted()).toEqual(['listener', 'signal']);
    expect(ending.aborted).toBe(true);
  });

  test('whose caller went away ends', async () => {
    const caller = new AbortController();
    let ending = new Ending();
    const ended = withDeadline(bounds(caller.signal), (its) => {
      ending = its;
      return never;
    });
    expect(ending.aborted).toBe(false);
    caller.abort();
    await expect(ended).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(ending.aborted).toBe(true);
  });

  test('whose caller is gone already is not begun', async () => {
    let begun = false;
    const ended = withDeadline(bounds(AbortSignal.abort()), () => ((begun = true), never));
    await expect(ended).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(begun).toBe(false);
  });

  test('that was answered leaves its caller’s signal alone', async () => {
    const caller = new AbortController();
    let ending = new Ending();
    await withDeadline(bounds(caller.signal), (its) => ((ending = its), Promise.resolve()));
    caller.abort();
    expect(ending.aborted).toBe(false);
  });
});

describe('an ending', () => {
  test('gives one signal, which is aborted already for who asks late', () => {
    const ending = new Ending();
    expect(ending.signal).toBe(ending.signal);
    expect(ending.signal.aborted).toBe(false);
    const late = new Ending();
    late.end(why);
    expect(late.signal.aborted).toBe(true);
    expect(late.signal.reason).toBe(why);
  });

  test('tells each listener once, and none that left', () => {
    const ending = new Ending();
    const told: string[] = [];
    const left = (): void => void told.push('left');
    ending.addEventListener('abort', left);
    ending.addEventListener('abort', () => told.push('stays'));
    ending.removeEventListener('abort', left);
    ending.end(why);
    ending.end(why);
    expect(told).toEqual(['stays']);
  });
});
