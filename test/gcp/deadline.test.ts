import { withDeadline } from '../../src/gcp/deadline.js';

const never = new Promise<never>(() => undefined);
const bounds = (signal?: AbortSignal, deadlineMs = 20_000) => ({ what: 'a call', deadlineMs, signal });

test('a call that answers in time is answered', async () => {
  await expect(withDeadline(bounds(), () => Promise.resolve(1))).resolves.toBe(1);
});

test('a call that does not obey is given up at its deadline, and one that obeys is told', async () => {
  let told: AbortSignal | undefined;
  const ended = withDeadline(bounds(undefined, 1), (signal) => {
    told = signal();
    return never;
  });
  await expect(ended).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE', message: 'a call did not answer within 1 ms' });
  expect(told?.aborted).toBe(true);
});

test('a caller that went away ends the call, also for work that asks for the signal only afterwards', async () => {
  const caller = new AbortController();
  let ask: () => AbortSignal = () => caller.signal;
  const ended = withDeadline(bounds(caller.signal), (signal) => {
    ask = signal;
    return never;
  });
  caller.abort();
  await expect(ended).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(ask().aborted).toBe(true);
  expect(ask()).not.toBe(caller.signal);
});

test('for a caller that is gone already nothing is begun', async () => {
  let begun = false;
  const ended = withDeadline(bounds(AbortSignal.abort()), () => ((begun = true), never));
  await expect(ended).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(begun).toBe(false);
});

test('the signal of one call is one signal', async () => {
  await withDeadline(bounds(), (signal) => Promise.resolve(expect(signal()).toBe(signal())));
});
